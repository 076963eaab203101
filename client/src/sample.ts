// Opens the sample paper: a copy in the user's own storage, so that mending it never changes the installed extension.
import * as vscode from "vscode";

export async function openSample(context: vscode.ExtensionContext): Promise<void> {
  const shipped = vscode.Uri.joinPath(context.extensionUri, "examples", "stale-pipeline");
  const copy = vscode.Uri.joinPath(context.globalStorageUri, "sample", "stale-pipeline");
  const main = vscode.Uri.joinPath(copy, "main.tex");
  if (!(await exists(main))) {
    if (!(await exists(vscode.Uri.joinPath(shipped, "main.tex")))) {
      void vscode.window.showErrorMessage("This build of the extension carries no sample paper.");
      return;
    }
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(copy, ".."));
    await vscode.workspace.fs.copy(shipped, copy, { overwrite: true });
  }
  await vscode.window.showTextDocument(main, { preview: false });
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
