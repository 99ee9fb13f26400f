import { useLayoutEffect, useRef, type ComponentProps, type ReactElement } from 'react';
import classes from './BlobImage.module.css';

/** Images of so few pixels are shown pixel by pixel: smoothed, nothing of them is left. */
const tinyWidth = 64;

/**
 * An <img> of bytes, in which nothing can run. Its address lives as long as it is shown, and is given to the element and not
 * kept as state: a gallery would render each tile twice, one after the other, more often than React lets pass.
 */
export function BlobImage({
  bytes,
  type,
  alt,
  className,
  onLoad,
  ...rest
}: Omit<ComponentProps<'img'>, 'src'> & { bytes: BlobPart; type: string; alt: string }): ReactElement {
  const image = useRef<HTMLImageElement>(null);
  useLayoutEffect(() => {
    const element = image.current;
    if (!element) return;
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    element.src = url;
    return () => URL.revokeObjectURL(url);
  }, [bytes, type]);
  return (
    <img
      {...rest}
      ref={image}
      alt={alt}
      className={className === undefined ? classes.image : `${classes.image} ${className}`}
      onLoad={(event) => {
        const { naturalWidth } = event.currentTarget;
        event.currentTarget.toggleAttribute('data-tiny', naturalWidth > 0 && naturalWidth <= tinyWidth);
        onLoad?.(event);
      }}
    />
  );
}
