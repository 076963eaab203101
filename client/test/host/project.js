// A project as the Overleaf Workshop extension shows one: a file system of its own, whose URIs name the server, the project, and both ids.
// It counts what is read, keeps what was asked for by a wrong name, and lets a co-author type.
const vscode = require("vscode");

const SCHEME = "overleaf-workshop";

class Project {
  constructor({ server, name, user, project }, files) {
    // The shape that extension gives its folders: the name is encoded whole, the ids are the query.
    this.root = vscode.Uri.parse(`${SCHEME}://${server}/${encodeURIComponent(name)}?user=${user}&project=${project}`);
    this.files = new Map(Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes)]));
    this.times = new Map();
    this.reads = new Map();
    this.strangers = [];
    this.emitter = new vscode.EventEmitter();
    this.onDidChangeFile = this.emitter.event;
  }

  /** URI of a file of the project, as that extension makes it. */
  uri(path) {
    return vscode.Uri.joinPath(this.root, path);
  }

  register() {
    return vscode.workspace.registerFileSystemProvider(SCHEME, this, { isCaseSensitive: true });
  }

  text(path) {
    return this.files.get(path).toString("utf8");
  }

  /** Somebody else's edit arrives from the server. */
  coauthor(path, content) {
    const known = this.files.has(path);
    this.put(path, Buffer.from(content));
    const type = known ? vscode.FileChangeType.Changed : vscode.FileChangeType.Created;
    this.emitter.fire([{ type, uri: this.uri(path) }]);
  }

  put(path, bytes) {
    this.files.set(path, bytes);
    this.times.set(path, (this.times.get(path) ?? 1) + 1);
  }

  /** Path inside the project; the real file system knows a project by its query and has none for another. */
  path(uri) {
    const { authority, query, path } = uri;
    if (
      authority !== this.root.authority ||
      query !== this.root.query ||
      !`${path}/`.startsWith(`${this.root.path}/`)
    ) {
      this.strangers.push(uri.toString());
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return path.slice(this.root.path.length + 1);
  }

  watch() {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri) {
    const path = this.path(uri);
    const bytes = this.files.get(path);
    if (bytes !== undefined) {
      return { type: vscode.FileType.File, ctime: 1, mtime: this.times.get(path) ?? 1, size: bytes.length };
    }
    if (path === "" || [...this.files.keys()].some((file) => file.startsWith(`${path}/`))) {
      return { type: vscode.FileType.Directory, ctime: 1, mtime: 1, size: 0 };
    }
    throw vscode.FileSystemError.FileNotFound(uri);
  }

  readDirectory(uri) {
    const path = this.path(uri);
    const below = path === "" ? "" : `${path}/`;
    const names = new Map();
    for (const file of this.files.keys()) {
      if (file.startsWith(below)) {
        const [name, ...more] = file.slice(below.length).split("/");
        names.set(name, more.length > 0 ? vscode.FileType.Directory : vscode.FileType.File);
      }
    }
    if (names.size === 0) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return [...names];
  }

  readFile(uri) {
    const path = this.path(uri);
    const bytes = this.files.get(path);
    if (bytes === undefined) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    this.reads.set(path, (this.reads.get(path) ?? 0) + 1);
    return new Uint8Array(bytes);
  }

  writeFile(uri, content) {
    this.put(this.path(uri), Buffer.from(content));
    this.emitter.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  createDirectory(uri) {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri) {
    this.files.delete(this.path(uri));
    this.emitter.fire([{ type: vscode.FileChangeType.Deleted, uri }]);
  }

  rename(uri) {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}

module.exports = { Project };
