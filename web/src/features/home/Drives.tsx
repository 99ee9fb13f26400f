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
        const taken = drive.capacity_bytes - drive.free_bytes;
        const percent = drive.capacity_bytes === 0 ? 0 : (taken / drive.capacity_bytes) * 100;
        const color = percent >= fullPercent ? 'red' : percent >= tightPercent ? 'yellow' : 'river';
        return (
          <div key={drive.path} className={classes.drive}>
            <div className={classes.line}>
              <code>{drive.path}</code>
              <span className={classes.soft}>
                {formatBytes(drive.free_bytes)} free of {formatBytes(drive.capacity_bytes)}
              </span>
            </div>
            <Progress value={percent} color={color} size={6} aria-label={`Space taken on ${drive.path}`} />
            <div className={classes.soft}>{formatBytes(drive.used_bytes)} used</div>
          </div>
        );
      })}
    </>
  );
}
