import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { sessionQuery } from '../../api/queries/session';
import { CommandBlock } from '../../ui/Code';
import classes from './home.module.css';

type Client = 'anabranch' | 'aws' | 'lakectl';

const clients = [
  { value: 'anabranch', label: 'anabranch' },
  { value: 'aws', label: 'AWS CLI' },
  { value: 'lakectl', label: 'lakectl' },
];

/** Commands to copy, with this server's address and the signed-in key in them. The secret is never known here. */
export function Quickstart(): ReactElement {
  const [client, setClient] = useState<Client>('anabranch');
  const session = useQuery(sessionQuery());
  const key = session.data?.access_key_id ?? 'ACCESS_KEY_ID';
  return (
    <div className={classes.steps}>
      <SegmentedControl
        size="xs"
        data={clients}
        value={client}
        onChange={(value) => setClient(value as Client)}
        aria-label="Client"
        fullWidth
      />
      {steps(client, window.location.origin, key).map((step) => (
        <div key={step.title} className={classes.step}>
          <h3>{step.title}</h3>
          <CommandBlock commands={step.commands} />
        </div>
      ))}
    </div>
  );
}

interface Step {
  title: string;
  commands: string[];
}

function steps(client: Client, origin: string, key: string): Step[] {
  if (client === 'aws') {
    return [
      {
        title: 'Tell the client',
        commands: [
          `export AWS_ENDPOINT_URL=${origin} AWS_DEFAULT_REGION=us-east-1`,
          `export AWS_ACCESS_KEY_ID=${key}`,
          'export AWS_SECRET_ACCESS_KEY=…',
        ],
      },
      {
        title: 'Make a bucket and fill it',
        commands: ['aws s3 mb s3://sample-data', 'aws s3 sync ./data s3://sample-data/data'],
      },
      { title: 'Read a branch like a bucket', commands: ['aws s3 ls s3://REPOSITORY/main/'] },
    ];
  }
  if (client === 'lakectl') {
    return [
      {
        title: 'Tell the client',
        commands: [
          `export LAKECTL_SERVER_ENDPOINT_URL=${origin}`,
          `export LAKECTL_CREDENTIALS_ACCESS_KEY_ID=${key}`,
          'export LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY=…',
        ],
      },
      {
        title: 'Make a repository and a branch',
        commands: [
          'aws s3 mb s3://repositories',
          'lakectl repo create lakefs://dogs s3://repositories/dogs',
          'lakectl branch create lakefs://dogs/ingest -s lakefs://dogs/main',
        ],
      },
    ];
  }
  return [
    {
      title: 'Tell the client',
      commands: [
        `export ANABRANCH_ENDPOINT=${origin}`,
        `export ANABRANCH_ACCESS_KEY_ID=${key}`,
        'export ANABRANCH_SECRET_ACCESS_KEY=…',
      ],
    },
    {
      title: 'Make two buckets: for data as it comes, and for repositories',
      commands: ['sample-data', 'repositories'].map(
        (bucket) =>
          `curl -fsS -X PUT --aws-sigv4 aws:amz:us-east-1:s3 --user "$ANABRANCH_ACCESS_KEY_ID:$ANABRANCH_SECRET_ACCESS_KEY" ${origin}/${bucket}`,
      ),
    },
    {
      title: 'Take data in without copying it',
      commands: [
        'anabranch repo create dogs s3://repositories/dogs',
        'anabranch branch create anabranch://dogs/ingest --from main',
        'anabranch import s3://sample-data/ anabranch://dogs/ingest/raw/',
      ],
    },
    {
      title: 'Try every combination, each on a branch of its own',
      commands: [
        'anabranch run --repo dogs --from ingest --name sweep --grid rate=0.1,0.01 -- python train.py',
      ],
    },
    {
      title: 'Keep the best',
      commands: ['anabranch compare sweep --repo dogs', 'anabranch promote sweep-1 --repo dogs'],
    },
  ];
}
