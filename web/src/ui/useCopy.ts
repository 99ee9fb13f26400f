import { useCallback, useEffect, useRef, useState } from 'react';

const shownMs = 1500;

/** [was copied a moment ago, copy]. Works on plain-http origins too, where there is no clipboard API. */
export function useCopy(): [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = useCallback((text: string) => {
    void copyText(text).then(() => {
      setCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(false), shownMs);
    });
  }, []);
  return [copied, copy];
}

export async function copyText(text: string): Promise<void> {
  // Outside a secure context (http on another host than localhost) browsers leave the API out.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    await clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way where there is no clipboard API
  document.execCommand('copy');
  area.remove();
}
