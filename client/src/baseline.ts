// Which paper a draft is held against, where its author chooses one: offered, asked for, remembered for the workspace.
import * as vscode from "vscode";

const KEY = "tanaka.baselines";
const DEEPEST = 1;
const MOST = 40;
/** Folders that hold no paper of anybody. */
const SKIPPED = /^(\.|build$|out$|output$|node_modules$|figs?$|figures?$|images?$|plots?$)/i;

/** What is remembered: URIs of baselines by those of root files. */
export type Choices = Record<string, string>;

interface Item extends vscode.QuickPickItem {
  uri?: vscode.Uri;
  browse?: "file" | "folder";
  forget?: boolean;
}

const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** PDFs and folders with LaTeX in them, beside the root and in the folders beside it; its own PDF is none. */
export async function candidates(root: vscode.Uri): Promise<vscode.Uri[]> {
  const own = nameOf(root.path).replace(/\.\w+$/, ".pdf");
  const found: vscode.Uri[] = [];
  const look = async (folder: vscode.Uri, depth: number): Promise<void> => {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    if (depth > 0 && entries.some(([name]) => name === "main.tex")) {
      found.push(folder);
    }
    for (const [name, type] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
      const child = vscode.Uri.joinPath(folder, name);
      if (type === vscode.FileType.Directory) {
        if (depth < DEEPEST && !SKIPPED.test(name)) {
          await look(child, depth + 1).catch(() => undefined); // a folder that cannot be read offers nothing
        }
      } else if (/\.pdf$/i.test(name) && !(depth === 0 && name === own) && found.length < MOST) {
        found.push(child);
      }
    }
  };
  await look(vscode.Uri.joinPath(root, ".."), 0).catch(() => undefined);
  return found;
}

export class Baselines {
  constructor(private readonly state: vscode.Memento) {}

  /** Every choice that was made in this workspace. */
  remembered(): Choices {
    return this.state.get<Choices>(KEY) ?? {};
  }

  async remember(root: vscode.Uri, baseline: vscode.Uri | null): Promise<void> {
    const { [root.toString()]: _, ...others } = this.remembered();
    await this.state.update(KEY, baseline === null ? others : { ...others, [root.toString()]: baseline.toString() });
  }

  /** Asks for the baseline of a root: its URI, null to leave it to the settings, undefined where nothing was chosen. */
  async ask(root: vscode.Uri): Promise<vscode.Uri | null | undefined> {
    const folder = vscode.Uri.joinPath(root, "..");
    const chosen = this.remembered()[root.toString()];
    const items: Item[] = (await candidates(root)).map((uri) => ({
      label: uri.path.slice(folder.path.length).replace(/^\//, ""),
      description: uri.toString() === chosen ? "chosen now" : "",
      uri,
    }));
    items.push(
      { label: "Browse for a PDF or a LaTeX file...", browse: "file" },
      { label: "Browse for a folder with LaTeX in it...", browse: "folder" },
    );
    if (chosen !== undefined) {
      items.push({ label: "What tanaka.toml names, or what lies beside the paper", forget: true });
    }
    const picked = await vscode.window.showQuickPick(items, {
      title: "Choose Baseline",
      placeHolder: `The paper that ${nameOf(root.path)} is held against`,
    });
    if (picked === undefined || picked.forget === true) {
      return picked === undefined ? undefined : null;
    }
    return picked.browse === undefined ? picked.uri : browse(folder, picked.browse);
  }
}

async function browse(folder: vscode.Uri, kind: "file" | "folder"): Promise<vscode.Uri | undefined> {
  const found = await vscode.window.showOpenDialog({
    title: "Choose Baseline",
    openLabel: "Choose",
    defaultUri: folder,
    canSelectFiles: kind === "file",
    canSelectFolders: kind === "folder",
    canSelectMany: false,
    ...(kind === "file" ? { filters: { "A paper": ["pdf", "tex", "ltx"] } } : {}),
  });
  return found?.[0];
}
