import { Progress } from '@mantine/core';
import type { ReactElement } from 'react';
import type { Server } from '../../api/types';
import { formatBytes } from '../../ui/format';
import classes from './home.module.css';

const fullPercent = 95;
const tightPercent = 85;

export function Drives({ drives }: { drives: Server['drives'] }): ReactElement {
  return (
    <>
      {drives.map((drive) => {
        // As df counts: what the system keeps for itself is neither used nor free.
        const usable = drive.used_bytes + drive.free_bytes;
        const percent = usable === 0 ? 0 : (drive.used_bytes / usable) * 100;
        const color = percent >= fullPercent ? 'red' : percent >= tightPercent ? 'yellow' : 'river';
        return (
          <div key={drive.path} className={classes.drive}>
            <div className={classes.line}>
              <code>{drive.path}</code>
              <span className={classes.soft}>
                {formatBytes(drive.free_bytes)} free of {formatBytes(usable)}
              </span>
            </div>
            <Progress value={percent} color={color} size={6} aria-label={`Space taken on ${drive.path}`} />
            <div className={classes.soft}>
              {formatBytes(drive.used_bytes)} used ({Math.round(percent)} %)
            </div>
          </div>
        );
      })}
    </>
  );
}
