import { SegmentedControl, Slider } from '@mantine/core';
import { useEffect, useMemo, useState, type ReactElement } from 'react';
import { formatBytes } from '../../ui/format';
import classes from './compare.module.css';

type Mode = 'beside' | 'swipe' | 'onion';

/** Two images: beside each other, one swept over the other, or one shining through the other. */
export function ImageDiffView({
  type,
  left,
  right,
  leftLabel,
  rightLabel,
}: {
  type: string;
  left: ArrayBuffer | null;
  right: ArrayBuffer | null;
  leftLabel: string;
  rightLabel: string;
}): ReactElement {
  const [mode, setMode] = useState<Mode>('beside');
  const [share, setShare] = useState(50);
  const leftUrl = useBlobUrl(left, type);
  const rightUrl = useBlobUrl(right, type);
  const hasBoth = leftUrl !== undefined && rightUrl !== undefined;
  if (!hasBoth || mode === 'beside') {
    return (
      <>
        {hasBoth && <ModeBar mode={mode} onMode={setMode} />}
        <div className={classes.images}>
          <Shown url={leftUrl} label={leftLabel} bytes={left} />
          <Shown url={rightUrl} label={rightLabel} bytes={right} />
        </div>
      </>
    );
  }
  return (
    <>
      <ModeBar mode={mode} onMode={setMode} />
      <div className={classes.stacked}>
        <div className={classes.stack}>
          <img src={leftUrl} alt={`At ${leftLabel}`} />
          <img
            src={rightUrl}
            alt={`At ${rightLabel}`}
            style={mode === 'onion' ? { opacity: share / 100 } : { clipPath: `inset(0 0 0 ${100 - share}%)` }}
          />
        </div>
        <Slider
          w={320}
          maw="100%"
          value={share}
          onChange={setShare}
          label={(value) => `${value}% ${rightLabel}`}
          thumbLabel={`How much of ${rightLabel} is shown`}
        />
        <div className={classes.soft}>
          {leftLabel} below, {rightLabel} above
        </div>
      </div>
    </>
  );
}

function ModeBar({ mode, onMode }: { mode: Mode; onMode: (mode: Mode) => void }): ReactElement {
  return (
    <div className={classes.bar}>
      <SegmentedControl
        size="xs"
        aria-label="How the images are compared"
        data={[
          { value: 'beside', label: 'Side by side' },
          { value: 'swipe', label: 'Swipe' },
          { value: 'onion', label: 'Onion skin' },
        ]}
        value={mode}
        onChange={(value) => onMode(value)}
      />
    </div>
  );
}

function Shown({
  url,
  label,
  bytes,
}: {
  url: string | undefined;
  label: string;
  bytes: ArrayBuffer | null;
}): ReactElement {
  const [size, setSize] = useState('');
  return (
    <figure className={classes.image}>
      <figcaption>
        {label}
        <span className={classes.soft}>
          {size} {bytes && formatBytes(bytes.byteLength)}
        </span>
      </figcaption>
      {url === undefined ? (
        <div className={classes.noImage}>Not there</div>
      ) : (
        <img
          src={url}
          alt={`At ${label}`}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setSize(`${naturalWidth} × ${naturalHeight}`)
          }
        />
      )}
    </figure>
  );
}

/** A URL of the bytes for as long as they are shown. */
function useBlobUrl(bytes: ArrayBuffer | null, type: string): string | undefined {
  const url = useMemo(
    () => (bytes ? URL.createObjectURL(new Blob([bytes], { type })) : undefined),
    [bytes, type],
  );
  useEffect(() => {
    if (url === undefined) return undefined;
    return () => URL.revokeObjectURL(url);
  }, [url]);
  return url;
}
