// What every spec starts from: a chat page, a network that can be made bad, and a console that must stay clean.
import { test as base, expect } from "@playwright/test";
import { ChatPage } from "../pages/chat-page";
import { SearchDialog } from "../pages/search-dialog";
import { Sidebar } from "../pages/sidebar";
import { BadNetwork } from "./bad-network";
import { ScriptedServer } from "./scripted-server";

interface Options {
  /** What a spec expects to find in the console; anything else of weight fails it. */
  expectedInConsole: RegExp | null;
}

interface Fixtures {
  chat: ChatPage;
  sidebar: Sidebar;
  search: SearchDialog;
  network: BadNetwork;
  scripted: ScriptedServer;
}

const NOT_OURS = [
  // The config blocks the service worker, and Playwright says so.
  "Service Worker registration blocked by Playwright",
  // What opens a picture where commands are not known yet is beside what opens it where they are.
  "popovertarget is ignored on elements with commandfor.",
];

export const test = base.extend<Options & Fixtures & { cleanConsole: void }>({
  expectedInConsole: [null, { option: true }],

  // Hydration mismatches show up here: Leptos only warns of them.
  cleanConsole: [
    async ({ context, expectedInConsole }, use) => {
      const found: string[] = [];
      context.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") found.push(message.text());
      });
      context.on("weberror", (error) => found.push(String(error.error())));
      await use();
      const ours = found.filter((text) => !NOT_OURS.includes(text));
      const unexpected = ours.filter((text) => !expectedInConsole?.test(text));
      expect(unexpected, "the console should hold no errors and no warnings").toEqual([]);
    },
    { auto: true },
  ],

  chat: async ({ page }, use) => use(new ChatPage(page)),
  sidebar: async ({ page }, use) => use(new Sidebar(page)),
  search: async ({ page }, use) => use(new SearchDialog(page)),

  // Stands between this test's browser and the server; `page.goto(network.url)` goes through it.
  network: async ({ baseURL }, use) => {
    const network = await BadNetwork.before(new URL(baseURL!));
    await use(network);
    await network.close();
  },

  // The same, for answers that the server has no way to give by itself.
  scripted: async ({ baseURL }, use) => {
    const scripted = await ScriptedServer.before(new URL(baseURL!));
    await use(scripted);
    await scripted.close();
  },
});

export { expect };
