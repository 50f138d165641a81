// What a screen reader is told: the changes of the live regions in the accessibility tree, as ARIA has them read out.
import type { CDPSession, Page } from "@playwright/test";

/** Something that is read out. */
export interface Announcement {
  /** Milliseconds since one began to listen. */
  at: number;
  /** An alert is read at once, everything else when there is a pause. */
  live: "polite" | "assertive";
  text: string;
}

interface TreeNode {
  nodeId: string;
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
  properties?: { name: string; value: { value: unknown } }[];
  childIds?: string[];
  backendDOMNodeId?: number;
}

export class ScreenReader {
  readonly heard: Announcement[] = [];
  /** What was last seen in each region, or in each of its children where these are read by themselves. */
  private seen = new Map<string, string>();
  private readonly began = Date.now();
  private ended = false;
  private listening: Promise<void> = Promise.resolve();

  private constructor(private readonly tree: CDPSession) {}

  /** Listens from now on; what is in the regions already is not read. */
  static async of(page: Page): Promise<ScreenReader> {
    const tree = await page.context().newCDPSession(page);
    await tree.send("Accessibility.enable");
    const reader = new ScreenReader(tree);
    await reader.look(true);
    reader.listening = reader.listen();
    return reader;
  }

  /** What was read out, each with a mark in front of it if it is an alert. */
  get said(): string[] {
    return this.heard.map(({ live, text }) => (live === "assertive" ? `! ${text}` : text));
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.listening;
    await this.tree.detach();
  }

  private async listen(): Promise<void> {
    while (!this.ended) {
      await this.look(false).catch(() => undefined);
      await new Promise((done) => setTimeout(done, 60));
    }
  }

  private async look(isFirst: boolean): Promise<void> {
    const { nodes } = (await this.tree.send("Accessibility.getFullAXTree")) as { nodes: TreeNode[] };
    const known = new Map(nodes.map((node) => [node.nodeId, node]));
    const now = new Map<string, string>();
    for (const region of nodes) {
      const live = property(region, "live");
      if (region.ignored || (live !== "polite" && live !== "assertive")) continue;
      const isWhole = property(region, "atomic") === true;
      const parts = isWhole ? [region] : (region.childIds ?? []).map((id) => known.get(id)).filter((node) => node !== undefined);
      const isNew = !this.seen.has(`region ${region.backendDOMNodeId}`);
      now.set(`region ${region.backendDOMNodeId}`, "");
      for (const part of parts) {
        const [name, text] = [`part ${part.backendDOMNodeId}`, textOf(part, known)];
        now.set(name, text);
        // What comes into the document with its text in it is read only where it is an alert.
        const isRead = !isFirst && text !== "" && this.seen.get(name) !== text && (!isNew || live === "assertive");
        if (isRead) this.heard.push({ at: Date.now() - this.began, live, text });
      }
    }
    this.seen = now;
  }
}

function property(node: TreeNode, name: string): unknown {
  return node.properties?.find((one) => one.name === name)?.value.value;
}

/** All text below a node, with spaces between what stands in different places. */
function textOf(node: TreeNode, known: Map<string, TreeNode>): string {
  if (node.role?.value === "StaticText") return node.name?.value ?? "";
  const parts = (node.childIds ?? []).map((id) => known.get(id)).filter((child) => child !== undefined);
  const isInline = parts.every((part) => part.role?.value === "StaticText");
  return parts.map((part) => textOf(part, known)).join(isInline ? "" : " ").replace(/\s+/g, " ").trim();
}
