import { notifications } from '@mantine/notifications';
import { Upload } from 'lucide-react';
import { useRef, useState, type DragEvent, type ReactElement, type ReactNode } from 'react';
import { filesOfDrop, type DroppedFile } from '../../ui/dropped-files';
import classes from './browser.module.css';

/** Takes files and folders that are dropped on what it holds. */
export function DropZone({
  target,
  refusal,
  onFiles,
  children,
}: {
  /** Where they go, said while they are held over it. */
  target: string;
  /** Why nothing can be dropped here. */
  refusal: string | undefined;
  onFiles: (files: DroppedFile[]) => void;
  children: ReactNode;
}): ReactElement {
  const [isOver, setIsOver] = useState(false);
  // Entering a child fires before leaving its parent.
  const depth = useRef(0);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return (
    <div
      className={classes.dropZone}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setIsOver(true);
      }}
      onDragLeave={(event) => {
        if (!hasFiles(event)) return;
        depth.current -= 1;
        if (depth.current === 0) setIsOver(false);
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = refusal === undefined ? 'copy' : 'none';
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setIsOver(false);
        if (refusal !== undefined) {
          notifications.show({ color: 'red', message: refusal });
          return;
        }
        filesOfDrop(event.dataTransfer).then(onFiles, () =>
          notifications.show({ color: 'red', message: 'What was dropped could not be read.' }),
        );
      }}
    >
      {children}
      {isOver && (
        <div className={classes.dropOverlay}>
          <Upload size={24} aria-hidden />
          <strong>{refusal ?? `Drop to upload to ${target}`}</strong>
          {refusal === undefined && <span>Folders are uploaded with all that is in them.</span>}
        </div>
      )}
    </div>
  );
}
