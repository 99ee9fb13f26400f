import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { repositoryQuery } from '../../api/queries/repositories';
import type { ObjectStats } from '../../api/types';
import { Bytes, RelativeTime } from '../../ui/figures';
import { formatTime } from '../../ui/format';
import { InfoDrawer } from '../../ui/InfoDrawer';
import { KeyValueTable } from '../../ui/KeyValueTable';
import classes from './objects.module.css';

/** What is known of an object, and where its bytes lie. */
export function ObjectInfo({
  repository,
  object,
  onClose,
}: {
  repository: string;
  object: ObjectStats | undefined;
  onClose: () => void;
}): ReactElement {
  const namespace = useQuery(repositoryQuery(repository)).data?.storage_namespace;
  return (
    <InfoDrawer opened={object !== undefined} onClose={onClose} title="Object info">
      {object !== undefined && <Facts object={object} namespace={namespace} />}
    </InfoDrawer>
  );
}

function Facts({ object, namespace }: { object: ObjectStats; namespace: string | undefined }): ReactElement {
  const address = object.physical_address;
  const isOwn = namespace !== undefined && address.startsWith(`${namespace.replace(/\/$/, '')}/`);
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(address) ?? [];
  const modified = object.mtime * 1000;
  return (
    <KeyValueTable
      rows={[
        { label: 'Path', value: object.path, copy: object.path },
        {
          label: 'Physical address',
          value: (
            <>
              <Anchor
                renderRoot={(props) => (
                  <Link
                    to="/buckets/$bucket"
                    params={{ bucket }}
                    search={{ prefix: key.slice(0, key.lastIndexOf('/') + 1) || undefined }}
                    {...props}
                  />
                )}
              >
                {address}
              </Anchor>
              <span className={classes.note}>
                {isOwn ? "In the repository's own namespace" : 'In another bucket: imported, not copied'}
              </span>
            </>
          ),
          copy: address,
        },
        { label: 'Size', value: <Bytes value={object.size_bytes ?? 0} /> },
        { label: 'Checksum', value: object.checksum, copy: object.checksum },
        {
          label: 'Modified',
          value: (
            <>
              <RelativeTime ms={modified} /> ({formatTime(modified)})
            </>
          ),
        },
        { label: 'Content type', value: object.content_type ?? 'unknown' },
        ...Object.entries(object.metadata ?? {}).map(([name, value]) => ({
          label: name,
          value,
          copy: value,
        })),
      ]}
    />
  );
}
