// A real server with the sample of `lukasa demo`, and a real browser.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Start a server; resolve to its address, an admin key, the user and a function that stops it. */
export async function startServer(env = {}) {
  const folder = mkdtempSync(join(tmpdir(), "lukasa-page-"));
  const started = spawn(process.env.LUKASA_PYTHON ?? "python3", ["-c", SERVE, join(folder, "page.lukasa")], {
    env: { ...process.env, LUKASA_EMBEDDER: "hashing", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stop = () =>
    new Promise((resolve) => {
      started.once("exit", () => {
        rmSync(folder, { recursive: true, force: true });
        resolve();
      });
      started.kill("SIGINT");
    });
  const shown = await new Promise((resolve, reject) => {
    let text = "";
    started.stderr.on("data", (piece) => {
      text += piece;
      if (/Listening on \S+\n/.test(text)) resolve(text);
    });
    started.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
  });
  return {
    url: /Listening on (\S+)/.exec(shown)[1],
    key: /^lk_\S+$/m.exec(shown)[0],
    user: "mara",
    folder,
    stop,
  };
}

const SERVE = `
import sys
from lukasa.surfaces.cli.main import main
sys.exit(main(["demo", "--serve", "--port", "0", "--keep", sys.argv[1]]))
`;

export async function startBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** Open the page signed in; note what it logs and whom it asks. */
export async function openPage(browser, server, { hash = "", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const logged = [];
  const asked = new Set();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && logged.push(message.text()));
  page.on("pageerror", (error) => logged.push(String(error)));
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  await page.goto(`${server.url}/${hash}`);
  return { page, context, logged, asked };
}

export async function signIn(page, server) {
  await page.getByLabel("Key", { exact: true }).fill(server.key);
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("link", { name: server.user, exact: true }).first().waitFor();
}

/** Go to a view, and wait until all of it is there. */
export async function show(page, server, view) {
  await page.goto(`${server.url}/#/${server.user}/${view}`);
  await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
  await page.locator("main:not([data-busy]) h1").waitFor();
}
