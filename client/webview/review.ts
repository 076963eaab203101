// Starts the panel's page in the editor. What the page does is in page.ts, which needs no editor.
import { type EditorApi, startPage } from "./page";

declare function acquireVsCodeApi(): EditorApi;

startPage(window, acquireVsCodeApi());
