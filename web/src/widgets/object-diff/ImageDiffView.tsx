import { SegmentedControl, Slider } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { formatBytes } from '../../ui/format';
import { BlobImage } from '../preview/BlobImage';
import classes from './diff.module.css';

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
  if (!left || !right || mode === 'beside') {
    return (
      <>
        {left && right && <ModeBar mode={mode} onMode={setMode} />}
        <div className={classes.images}>
          <Shown bytes={left} type={type} label={leftLabel} />
          <Shown bytes={right} type={type} label={rightLabel} />
        </div>
      </>
    );
  }
  return (
    <>
      <ModeBar mode={mode} onMode={setMode} />
      <div className={classes.stacked}>
        <div className={classes.stack}>
          <BlobImage bytes={left} type={type} alt={`At ${leftLabel}`} />
          <BlobImage
            bytes={right}
            type={type}
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
  bytes,
  type,
  label,
}: {
  bytes: ArrayBuffer | null;
  type: string;
  label: string;
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
      {bytes === null ? (
        <div className={classes.noImage}>Not there</div>
      ) : (
        <BlobImage
          bytes={bytes}
          type={type}
          alt={`At ${label}`}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setSize(`${naturalWidth} × ${naturalHeight}`)
          }
        />
      )}
    </figure>
  );
}
