import { Button, Menu } from '@mantine/core';
import { ChevronDown, FileUp, FolderUp, Upload } from 'lucide-react';
import { useImperativeHandle, useRef, type ReactElement, type Ref } from 'react';
import { filesOfInput, type DroppedFile } from '../../ui/dropped-files';

export interface UploadButtonHandle {
  chooseFiles: () => void;
}

/** Chooses files, or a folder with all that is in it. */
export function UploadButton({
  onFiles,
  disabled,
  ref,
}: {
  onFiles: (files: DroppedFile[]) => void;
  disabled: boolean;
  ref?: Ref<UploadButtonHandle>;
}): ReactElement {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => ({ chooseFiles: () => files.current?.click() }));
  const chosen = (input: HTMLInputElement) => {
    if (input.files && input.files.length > 0) onFiles(filesOfInput(input.files));
    // The same file can be chosen again.
    input.value = '';
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            disabled={disabled}
            leftSection={<Upload size={15} aria-hidden />}
            rightSection={<ChevronDown size={14} aria-hidden />}
          >
            Upload
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileUp size={14} aria-hidden />} onClick={() => files.current?.click()}>
            Files
          </Menu.Item>
          <Menu.Item leftSection={<FolderUp size={14} aria-hidden />} onClick={() => folder.current?.click()}>
            A folder
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={(event) => chosen(event.currentTarget)}
      />
      <input
        ref={(element) => {
          folder.current = element;
          if (element) element.webkitdirectory = true;
        }}
        type="file"
        hidden
        aria-label="Folder to upload"
        onChange={(event) => chosen(event.currentTarget)}
      />
    </>
  );
}
