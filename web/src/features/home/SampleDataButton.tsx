import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import type { ReactElement } from 'react';
import { messageOf } from '../../ui/ErrorState';
import { makeSampleData, sampleRepository } from './sample-data';

/** Makes a bucket, a repository and data, and leads there. */
export function SampleDataButton(): ReactElement {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const making = useMutation({
    mutationFn: makeSampleData,
    onSuccess: () =>
      navigate({ to: '/repositories/$repository/objects', params: { repository: sampleRepository } }),
    onError: (error) =>
      notifications.show({
        color: 'red',
        title: 'The sample data could not be made',
        message: messageOf(error),
      }),
    onSettled: () => queryClient.invalidateQueries(),
  });
  return (
    <Button
      variant="default"
      leftSection={<Sparkles size={15} aria-hidden />}
      loading={making.isPending}
      onClick={() => making.mutate()}
    >
      Try with sample data
    </Button>
  );
}
