// Pictures of the page for docs/page.md, with the sample of `lukasa demo`: npm run screenshots [FOLDER [NAME …]]

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPage, show, signIn, startBrowser, startServer } from "../tests/driver.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../docs/images", import.meta.url));
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const WIDE = { viewport: { width: 1180, height: 760 } };

const PICTURES = [
  ["search", WIDE, "search?q=Where+does+Mara+live+now%3F", (page) => page.getByText("Why it is here").first().click()],
  ["fact", WIDE, null, corrected],
  ["graph", WIDE, "graph", (page) => page.getByRole("button", { name: /^Jonas/ }).click()],
  ["erase", WIDE, "erase", previewed],
  ["phone", PHONE, "search?q=What+is+Jonas+allergic+to%3F"],
  ["dark", { ...WIDE, colorScheme: "dark" }, "timeline"],
];

async function corrected(page) {
  await opened(page);
  await page.getByRole("button", { name: "Correct" }).click();
  await page.getByLabel(/What is right/).fill("Jonas is allergic to walnuts, and carries an adrenaline pen");
  await page.getByLabel(/^Why/).fill("the pen matters as much");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Reworded").waitFor();
  await page.getByLabel("Close this message").click();
}

async function opened(page) {
  await show(page, server, "facts");
  await page.getByRole("link", { name: /Jonas is allergic to walnuts/ }).click();
  await page.locator(".excerpt .turn").nth(3).waitFor();
}

async function previewed(page) {
  await page.getByRole("textbox", { name: "Words" }).fill("Domino");
  await page.getByRole("button", { name: "Show what would go" }).click();
  await page.getByRole("heading", { name: /would go/ }).waitFor();
}

const wanted = process.argv.slice(3);
mkdirSync(folder, { recursive: true });
const server = await startServer({ LUKASA_EMBEDDER: "onnx" });
const browser = await startBrowser();
try {
  // The first question loads the model.
  const headers = { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" };
  const asked = { method: "POST", headers, body: JSON.stringify({ question: "Who is Jonas?" }) };
  for (const _ of [1, 2]) await fetch(`${server.url}/v1/users/${server.user}/recall`, asked);
  for (const [name, options, view, prepare] of PICTURES.filter(([name]) => !wanted.length || wanted.includes(name))) {
    const { page, context } = await openPage(browser, server, options);
    await signIn(page, server);
    if (view) await show(page, server, view);
    await prepare?.(page);
    await page.waitForTimeout(400); // Transitions.
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
