/** Files that were dropped or chosen, folders walked through; `path` is relative to what was dropped. */
export interface DroppedFile {
  path: string;
  file: File;
}

/** Has to be called in the drop event itself: afterwards the browser forgets the items. */
export async function filesOfDrop(transfer: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry): entry is FileSystemEntry => entry !== null);
  const files: DroppedFile[] = [];
  for (const entry of entries) await walk(entry, '', files);
  return files;
}

/** Of an `<input type="file">`, also one with `webkitdirectory`. */
export function filesOfInput(input: FileList): DroppedFile[] {
  return [...input].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function walk(entry: FileSystemEntry, parent: string, files: DroppedFile[]): Promise<void> {
  const path = parent + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    files.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a folder's entries in pieces, an empty one at the end.
  for (;;) {
    const piece = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (piece.length === 0) return;
    for (const child of piece) await walk(child, `${path}/`, files);
  }
}
