import { SegmentedControl } from '@mantine/core';
import { ImageOff } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { EmptyState } from '../../ui/EmptyState';
import { formatBytes } from '../../ui/format';
import { BlobImage } from './BlobImage';
import { imageTypeOf, imageTypeOfBytes } from './content';
import { HeadOfObject } from './HeadOfObject';
import classes from './preview.module.css';
import type { PreviewSource } from './source';

const imageBytesMax = 64 * 1024 * 1024;

/** An image, fitted or pixel by pixel. An SVG is an image too: in an <img> its scripts do not run and nothing is loaded. */
export function ImageView({ source }: { source: PreviewSource }): ReactElement {
  if (source.sizeBytes > imageBytesMax) {
    return (
      <EmptyState title="A very large image" icon={<ImageOff size={20} aria-hidden />}>
        Images of more than {formatBytes(imageBytesMax)} are not shown here. Download it to look at it.
      </EmptyState>
    );
  }
  return (
    <HeadOfObject source={source} amount={imageBytesMax}>
      {(bytes) => <Image source={source} bytes={bytes} />}
    </HeadOfObject>
  );
}

function Image({ source, bytes }: { source: PreviewSource; bytes: Uint8Array<ArrayBuffer> }): ReactElement {
  const type = imageTypeOf(source.path, source.contentType) ?? imageTypeOfBytes(bytes) ?? 'image/png';
  const [size, setSize] = useState<{ width: number; height: number }>();
  const [broken, setBroken] = useState(false);
  const [zoom, setZoom] = useState('fit');
  if (broken) {
    return (
      <EmptyState title="This image cannot be drawn" icon={<ImageOff size={20} aria-hidden />}>
        The object is named as one, but its bytes are none that a browser can read.
      </EmptyState>
    );
  }
  return (
    <>
      <div className={classes.textBar}>
        <span className={classes.soft}>{size && `${size.width} × ${size.height} pixels`}</span>
        <SegmentedControl
          size="xs"
          aria-label="Size of the image"
          data={[
            { value: 'fit', label: 'Fit' },
            { value: 'actual', label: '100 %' },
          ]}
          value={zoom}
          onChange={setZoom}
        />
      </div>
      <div
        className={`${classes.canvas} ${zoom === 'fit' ? classes.fitted : ''}`}
        tabIndex={0}
        role="region"
        aria-label="Image"
      >
        <BlobImage
          bytes={bytes}
          type={type}
          alt={source.path.slice(source.path.lastIndexOf('/') + 1)}
          className={size && zoom === 'fit' && size.width < 160 ? classes.enlarged : undefined}
          onLoad={(event) =>
            setSize({ width: event.currentTarget.naturalWidth, height: event.currentTarget.naturalHeight })
          }
          onError={() => setBroken(true)}
        />
      </div>
    </>
  );
}
