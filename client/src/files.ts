// Files of a paper that lie on no disk (Overleaf's, a shared session's), read for the server through the editor.
import * as vscode from "vscode";
import type { ListFilesParams, ListFilesResult, ReadFileParams, ReadFileResult } from "./protocol";

/** The server reads `file:` by itself; whatever else it asks for is not its to see. */
const SCHEMES = ["vsls", "overleaf-workshop"];
const LARGEST = 8_000_000;
const MOST_FILES = 400;
const DEEPEST = 6;

function wanted(uri: string): vscode.Uri | undefined {
  const parsed = vscode.Uri.parse(uri, true);
  return SCHEMES.includes(parsed.scheme) ? parsed : undefined;
}

/** Text of a file as it is stored; null where there is none, or none that is a text. */
export async function readFile({ uri }: ReadFileParams): Promise<ReadFileResult> {
  const target = wanted(uri);
  if (target === undefined) {
    return { text: null };
  }
  try {
    const bytes = await vscode.workspace.fs.readFile(target);
    const text = bytes.length > LARGEST ? null : new TextDecoder().decode(bytes);
    return { text: text?.includes("\0") ? null : text };
  } catch {
    return { text: null };
  }
}

/** LaTeX files of a folder, and of the folders below it where that is wanted. */
export async function listFiles({ uri, recursive }: ListFilesParams): Promise<ListFilesResult> {
  const top = wanted(uri);
  const found: vscode.Uri[] = [];
  const list = async (folder: vscode.Uri, depth: number): Promise<void> => {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    for (const [name, type] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
      const child = vscode.Uri.joinPath(folder, name);
      if (type === vscode.FileType.Directory && recursive && depth < DEEPEST && !name.startsWith(".")) {
        await list(child, depth + 1);
      } else if (type !== vscode.FileType.Directory && /\.(tex|ltx)$/.test(name) && found.length < MOST_FILES) {
        found.push(child);
      }
    }
  };
  try {
    if (top !== undefined) {
      await list(top, 0);
    }
  } catch {
    // The folder is gone, or is none; what was found counts.
  }
  return { uris: found.map((file) => file.toString()) };
}
