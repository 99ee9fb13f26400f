import type { ReactElement, ReactNode } from 'react';
import classes from './Code.module.css';
import { CopyButton } from './CopyButton';

/** A few words of code in a sentence. */
export function Code({ children }: { children: ReactNode }): ReactElement {
  return <code className={classes.inline}>{children}</code>;
}

/** A block of text as it is, to be read and copied. */
export function CodeBlock({ text, title }: { text: string; title?: string }): ReactElement {
  return (
    <div className={classes.block}>
      {title !== undefined && <div className={classes.title}>{title}</div>}
      {/* A region that scrolls has to be reachable by keyboard. */}
      <pre tabIndex={0}>{text}</pre>
      <div className={classes.copy}>
        <CopyButton value={text} />
      </div>
    </div>
  );
}

/** Commands for a shell, one a line, copied without their prompts. */
export function CommandBlock({
  commands,
  title,
}: {
  commands: string | readonly string[];
  title?: string;
}): ReactElement {
  const lines = typeof commands === 'string' ? [commands] : commands;
  return (
    <div className={classes.block}>
      {title !== undefined && <div className={classes.title}>{title}</div>}
      <pre tabIndex={0}>
        {lines.map((line, index) => (
          <div key={index} className={classes.prompt}>
            {line}
          </div>
        ))}
      </pre>
      <div className={classes.copy}>
        <CopyButton value={lines.join('\n')} label="Copy commands" />
      </div>
    </div>
  );
}
