// The tasks of the page, clicked through in a browser, against a real server with the sample of `lukasa demo`.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { openPage, show, signIn, startBrowser, startServer } from "./driver.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TRAP = '<img src=x onerror="document.title=1"><a href="javascript:alert(1)">here</a> https://evil.example/';

let server;
let browser;
let opened;
let page;

before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  opened = await openPage(browser, server);
  page = opened.page;
});

after(async () => {
  await Promise.all([browser?.close(), server?.stop()]);
});

const api = async (path, body) => {
  const reply = await fetch(`${server.url}/v1/users/${server.user}${path}`, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(reply.ok, `${path}: ${reply.status} ${reply.ok ? "" : await reply.clone().text()}`);
  return reply.json();
};
const facts = async (query = "") => (await api(`/facts${query}`)).items.map(({ text }) => text);
const visit = (view) => show(page, server, view);
const said = (text) => page.getByText(text).first().waitFor();
const open = async (text) => {
  await visit("facts");
  await page.getByRole("link", { name: text, exact: true }).click();
  await said("Where it was said");
};
/** Take back what was done last, by its notice. */
const undone = async () => {
  const answered = page.waitForResponse((reply) => /\/(undo|restore|forget)$/.test(reply.url()));
  await page.locator(".notices").getByRole("button", { name: "Undo", exact: true }).first().click();
  assert.equal((await answered).status(), 200);
  await page.locator("main:not([data-busy])").waitFor();
};

describe("the page", { concurrency: 1 }, () => {
  test("a wrong key is refused with what to do, and a right one stays out of addresses and storage that lasts", async () => {
    await page.getByLabel("Key", { exact: true }).fill("lk_no_such");
    await page.getByRole("button", { name: "Open" }).click();
    await said("The server does not know this key, or it has expired.");
    await signIn(page, server);
    await page.getByRole("link", { name: server.user, exact: true }).click();
    await page.getByRole("heading", { name: "Search" }).waitFor();
    const kept = await page.evaluate(() => JSON.stringify([location.href, { ...localStorage }, document.cookie]));
    assert.ok(!kept.includes(server.key));
  });

  test("a search shows scores and explains them", async () => {
    await page.getByRole("searchbox").fill("What is Jonas allergic to?");
    await page.keyboard.press("Enter");
    await page.locator(".hit").first().waitFor();
    assert.match(await page.locator(".hit").first().innerText(), /\d+ %/);
    await page.getByText("Why it is here").first().click();
    await said("words that it shares with the question");
    assert.match(await page.locator(".explained").first().innerText(), /BM25/);
    await page.getByRole("button", { name: "Facts", exact: true }).click();
    await page.locator(".hit .kind").first().waitFor();
  });

  test("the timeline leads from a turn to the fact that was found in it", async () => {
    await visit("timeline");
    await page.locator(".turn-aside a").first().waitFor();
    await page.getByRole("button", { name: "Show earlier turns" }).click();
    await page.getByRole("link", { name: /Jonas is allergic to walnuts/ }).click();
    await said("Where it was said");
    assert.equal(await page.locator(".turn.chosen mark").innerText(), "I'm allergic to walnuts");
    await page.locator(".excerpt .turn").nth(3).waitFor();
  });

  test("a fact is corrected, and the correction undone", async () => {
    await open("Jonas is allergic to walnuts");
    await page.keyboard.press("e");
    await page.getByLabel(/What is right/).fill("Jonas is allergic to walnuts and pecans");
    await page.getByLabel(/^Why/).fill("he said so on the phone");
    await page.getByRole("button", { name: "Save" }).click();
    await said("“he said so on the phone”");
    assert.ok((await facts()).includes("Jonas is allergic to walnuts and pecans"));
    await undone();
    assert.ok((await facts()).includes("Jonas is allergic to walnuts"));
  });

  test("what was so and has changed takes the place of what was so before", async () => {
    await open("Jonas lives in Leipzig");
    await page.getByRole("button", { name: "Correct" }).click();
    await page.getByLabel(/It was so, and has changed/).check();
    await page.getByLabel(/What is so now/).fill("Jonas lives in Dresden");
    await page.getByLabel(/Value of lives in/).fill("Dresden");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Jonas lives in Dresden" }).waitFor();
    assert.ok((await facts("?status=superseded")).includes("Jonas lives in Leipzig"));
    await undone();
    assert.ok((await facts()).includes("Jonas lives in Leipzig"));
  });

  test("a fact is forgotten and restored by the keyboard", async () => {
    await open("Teresa plays the cello");
    await page.keyboard.press("x");
    await page.getByText("forgotten", { exact: true }).waitFor();
    assert.ok(!(await facts()).includes("Teresa plays the cello"));
    await page.keyboard.press("x");
    await page.getByText("believed", { exact: true }).waitFor();
    assert.ok((await facts()).includes("Teresa plays the cello"));
  });

  test("a conflict is settled, and what was held back is rejected", async () => {
    await visit("review");
    await page.getByRole("button", { name: /^Keep this: Mara lives in Vienna/ }).click();
    await said("Nothing contradicts anything.");
    assert.ok((await facts("?status=retracted")).some((text) => text.startsWith("Mara lives in Ottakring")));
    await undone();
    await page.getByRole("button", { name: /^Keep this: Mara lives in Ottakring/ }).waitFor();
    await page.getByRole("button", { name: "Reject" }).click();
    await said("Nothing waits for review.");
  });

  test("a call is undone in the list of changes", async () => {
    await visit("changes");
    await page.locator(".row .button").first().click();
    await said("Taken back.");
    await said(/undone on the page/);
  });

  test("a conversation is dropped, imported with its progress, and known the second time", async () => {
    await visit("import");
    const transcript = "# 2026-09-01 10:00\n\nMara: I bought a blue bicycle.\nJonas: At last.\n";
    const drop = async (name, text) => {
      const files = await page.evaluateHandle(
        ([name, text]) => {
          const data = new DataTransfer();
          data.items.add(new File([text], name));
          return data;
        },
        [name, text],
      );
      await page.locator(".drop").dispatchEvent("drop", { dataTransfer: files });
    };
    await drop("talk.txt", transcript);
    await said("2 turns stored.");
    assert.equal(await page.getByRole("progressbar").getAttribute("aria-valuenow"), "100");
    await drop("talk.txt", transcript);
    await said("2 known already");
    await drop("bad.jsonl", '{"role": "user", "content": "One.", "at": "2026-09-01T10:00:00Z"}\n{"role":');
    await said(/Line 2 is no JSON/);
  });

  test("words are erased after a preview, with a receipt", async () => {
    await visit("erase");
    await page.getByRole("textbox", { name: "Words" }).fill("blue bicycle");
    await page.getByRole("button", { name: "Show what would go" }).click();
    await page.locator(".going li", { hasText: "I bought a blue bicycle." }).waitFor();
    const erase = page.getByRole("button", { name: "Erase for good" });
    assert.equal(await erase.isDisabled(), true);
    await page.getByLabel(/to confirm/).fill("erase");
    await erase.click();
    await said("No byte of them is left");
    assert.equal((await api('/turns?filter={"text":{"contains":"blue bicycle"}}')).items.length, 0);
  });

  test("the graph slides to another day, and shows what one entity is to others", async () => {
    await visit("graph");
    await page.getByRole("button", { name: /^Jonas/ }).focus();
    const relations = () => page.locator(".slider .quiet").innerText();
    const now = await relations();
    const thumb = page.getByRole("slider");
    await thumb.focus();
    await page.keyboard.press("Home");
    await page.waitForFunction((now) => document.querySelector(".slider .quiet").textContent !== now, now);
    await page.keyboard.press("End");
    await page.getByRole("button", { name: /^Jonas/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Jonas", exact: true }).waitFor();
    await page.getByRole("button", { name: "Look around it" }).click();
    await page.getByRole("button", { name: "Show everything" }).waitFor();
  });

  test("keys go from view to view and list themselves", async () => {
    await visit("search");
    await page.locator("main h1").focus();
    await page.keyboard.press("g");
    await page.keyboard.press("f");
    await page.getByRole("heading", { name: "Facts" }).waitFor();
    await page.locator("[data-step]").first().waitFor();
    await page.keyboard.press("j");
    assert.equal(await page.evaluate(() => document.activeElement?.hasAttribute("data-step")), true);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor({ state: "detached" });
  });

  test("what a stored text says is shown as text, and nothing of it runs or leads anywhere", async () => {
    await api("/facts", { text: `Eve likes ${TRAP}`, subject: "Eve", kind: "preference", attribute: "likes", value: TRAP });
    await visit("facts?subject=Eve");
    await said(/Eve likes <img/);
    await page.getByRole("link", { name: /Eve likes/ }).click();
    await said("Where it was said");
    for (const view of ["timeline", "graph", "search?q=What+does+Eve+like%3F"]) await visit(view);
    const strange = await page.evaluate(() => [
      ...[...document.querySelectorAll("a")].filter((link) => new URL(link.href).origin !== location.origin),
      ...document.querySelectorAll("main img, main script"),
    ].length);
    assert.equal(strange, 0);
    assert.notEqual(await page.title(), "1");
  });

  test("every view is free of what axe finds, in light and dark, and fits a phone", async () => {
    const strange = [];
    for (const options of [{ colorScheme: "light" }, { colorScheme: "dark", viewport: { width: 390, height: 844 } }]) {
      // Only here is axe let in: it is a script that the page's policy would refuse.
      const { page, context } = await openPage(browser, server, { ...options, bypassCSP: true });
      await signIn(page, server);
      await page.evaluate(AXE);
      const fact = (await api("/facts")).items[0].id;
      const views = ["search", "search?q=Where+does+Mara+live%3F", "timeline", "timeline?tab=dated", "facts", `facts/${fact}`,
        "review", "graph", "changes", "import", "erase", `erase?fact=${fact}`, "activity"];
      for (const view of views) {
        await show(page, server, view);
        if (view.startsWith("search?")) await page.getByText("Why it is here").first().click();
        const found = await page.evaluate(async () => {
          const { violations } = await window.axe.run({ resultTypes: ["violations"] });
          return violations.map(({ id, nodes }) => `${id} ${nodes[0].html}`);
        });
        strange.push(...found.map((violation) => `${options.colorScheme} ${view}: ${violation}`));
        const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (width > 0) strange.push(`${options.colorScheme} ${view}: ${width} px too wide`);
      }
      await context.close();
    }
    assert.deepEqual(strange, []);
  });

  test("what fails says what to do", async () => {
    const { page, context } = await openPage(browser, server);
    await signIn(page, server);
    await page.route("**/facts?*", (route) => route.abort());
    await page.goto(`${server.url}/#/${server.user}/facts`);
    await page.getByText("Check that `lukasa serve` is running, then try again.").waitFor();
    await page.unroute("**/facts?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".rows .row").first().waitFor();
    await show(page, server, "facts/f_nothing");
    await page.getByRole("alert").waitFor();
    await page.route("**/v1/**", (route) => route.fulfill({ status: 401, json: { detail: "expired" } }));
    await page.goto(`${server.url}/#/${server.user}/changes`);
    await page.getByText("The server does not take this key any more.").waitFor();
    await context.close();
  });

  test("nothing was logged, and nobody else was asked", () => {
    assert.deepEqual([...opened.asked], [server.url]);
    assert.deepEqual(opened.logged.filter((text) => !text.includes("401")), []);
  });
});
