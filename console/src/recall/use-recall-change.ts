import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';

/** A change of a recall: when it is on the ledger, what is shown of recalls is asked for again, and `onDone` is called. */
export function useRecallChange<T>(
  change: (input: T) => Promise<void>,
  onDone: () => void,
): UseMutationResult<void, Error, T> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      const keys = ['recall', 'recalls', 'recall-status'];
      await Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] })));
      onDone();
    },
  });
}
