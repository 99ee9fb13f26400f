import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Library } from 'lucide-react';
import type { ReactElement } from 'react';
import { repositoryFiguresQuery } from '../../api/queries/repositories';
import { formatBytes, formatPlural } from '../../ui/format';
import classes from './buckets.module.css';

/** Whose files these are, and how few: what was imported is not among them. */
export function NamespaceBanner({ repository }: { repository: string }): ReactElement {
  const { data: figures } = useQuery(repositoryFiguresQuery(repository));
  const atLeast = figures?.namespace_exact === false ? 'at least ' : '';
  return (
    <section className={classes.banner} aria-label="Storage namespace">
      <div className={classes.bannerText}>
        <strong>
          <Library size={15} aria-hidden /> Storage namespace of{' '}
          <Link to="/repositories/$repository/objects" params={{ repository }}>
            {repository}
          </Link>
        </strong>
        <span>
          Only what was written through the repository is here. Imported objects stay in their buckets:
          nothing was copied.
        </span>
      </div>
      {figures && (
        <dl className={classes.figures}>
          <div>
            <dt>The repository shows</dt>
            <dd>
              {formatPlural(figures.objects, 'object')}
              <span>
                {figures.bytes_exact ? '' : 'about '}
                {formatBytes(figures.bytes)}
              </span>
            </dd>
          </div>
          <div>
            <dt>
              <code>data/</code> written objects
            </dt>
            <dd>
              {atLeast}
              {formatPlural(figures.data_objects, 'object')}
              <span>{formatBytes(figures.data_bytes)}</span>
            </dd>
          </div>
          <div>
            <dt>
              <code>_lakefs/</code> ranges, metaranges
            </dt>
            <dd>
              {atLeast}
              {formatPlural(figures.metadata_objects, 'metadata file')}
              <span>{formatBytes(figures.metadata_bytes)}</span>
            </dd>
          </div>
        </dl>
      )}
    </section>
  );
}
