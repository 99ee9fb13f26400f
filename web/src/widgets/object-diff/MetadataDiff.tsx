import type { ReactElement } from 'react';
import type { ObjectStats } from '../../api/types';
import { formatBytes, formatCount, formatTime } from '../../ui/format';
import classes from './diff.module.css';

/** What is known of an object at both refs; what differs is marked. */
export function MetadataDiff({
  left,
  right,
  leftLabel,
  rightLabel,
}: {
  left: ObjectStats | null;
  right: ObjectStats | null;
  leftLabel: string;
  rightLabel: string;
}): ReactElement {
  const before = properties(left);
  const after = properties(right);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return (
    <div className={classes.scroll}>
      <table className={classes.properties}>
        <thead>
          <tr>
            <th scope="col">Property</th>
            <th scope="col">{leftLabel}</th>
            <th scope="col">{rightLabel}</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const differs = before[name] !== after[name];
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className={differs && before[name] !== undefined ? classes.removedLine : undefined}>
                  {before[name] ?? '–'}
                </td>
                <td className={differs && after[name] !== undefined ? classes.addedLine : undefined}>
                  {after[name] ?? '–'}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function properties(stat: ObjectStats | null): Record<string, string> {
  if (stat === null) return {};
  const size = stat.size_bytes ?? 0;
  return {
    Size: size < 1024 ? `${size} bytes` : `${formatBytes(size)} (${formatCount(size)} bytes)`,
    Checksum: stat.checksum,
    'Content type': stat.content_type ?? '',
    Modified: formatTime(stat.mtime * 1000),
    'Physical address': stat.physical_address,
    ...Object.fromEntries(
      Object.entries(stat.metadata ?? {}).map(([name, value]) => [`Metadata: ${name}`, value]),
    ),
  };
}
