// Files of a paper that lie on no disk (Overleaf's, a shared session's), read for the server through the editor.
import * as vscode from "vscode";
import type { ListFilesParams, ListFilesResult, ReadFileParams, ReadFileResult } from "./protocol";

/** The server reads `file:` by itself; whatever else it asks for is not its to see. */
const SCHEMES = ["vsls", "overleaf-workshop"];
const LARGEST = 8_000_000;
const LARGEST_PDF = 50_000_000;
const MOST_FILES = 400;
const DEEPEST = 6;

function wanted(uri: string): vscode.Uri | undefined {
  const parsed = vscode.Uri.parse(uri, true);
  return SCHEMES.includes(parsed.scheme) ? parsed : undefined;
}

/** Text of a file as it is stored, or its bytes in base64; null where there is none, or none that is a text. */
export async function readFile({ uri, encoding }: ReadFileParams): Promise<ReadFileResult> {
  const target = wanted(uri);
  if (target === undefined) {
    return { text: null };
  }
  try {
    if (encoding === "base64") {
      return await readBytes(target);
    }
    const bytes = await vscode.workspace.fs.readFile(target);
    const text = bytes.length > LARGEST ? null : new TextDecoder().decode(bytes);
    return { text: text?.includes("\0") ? null : text };
  } catch {
    return { text: null };
  }
}

async function readBytes(target: vscode.Uri): Promise<ReadFileResult> {
  // Asked before it is fetched: the size of a file costs little, and the file a download.
  const { size } = await vscode.workspace.fs.stat(target);
  const bytes = size > LARGEST_PDF ? undefined : await vscode.workspace.fs.readFile(target);
  const length = bytes?.length ?? size;
  if (bytes === undefined || length > LARGEST_PDF) {
    const name = target.path.slice(target.path.lastIndexOf("/") + 1);
    const megabytes = (count: number) => `${Math.round(count / 1e6)} MB`;
    return {
      text: null,
      problem: `${name} has ${megabytes(length)}, and ${megabytes(LARGEST_PDF)} is the most that is read.`,
    };
  }
  return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
}

/** Files of a folder, and of the folders below it where that is wanted: those of LaTeX, if no suffixes are named. */
export async function listFiles({ uri, recursive, suffixes }: ListFilesParams): Promise<ListFilesResult> {
  const top = wanted(uri);
  const endings = suffixes ?? [".tex", ".ltx"];
  const found: vscode.Uri[] = [];
  const list = async (folder: vscode.Uri, depth: number): Promise<void> => {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    for (const [name, type] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
      const child = vscode.Uri.joinPath(folder, name);
      if (type === vscode.FileType.Directory && recursive && depth < DEEPEST && !name.startsWith(".")) {
        await list(child, depth + 1);
      } else if (
        type !== vscode.FileType.Directory &&
        endings.some((end) => name.endsWith(end)) &&
        found.length < MOST_FILES
      ) {
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
