import { useMutation } from '@tanstack/react-query'
import { bindingRest as rest } from '../live/binding.ts'
import { asRefusal, type Refusal } from '../live/refusal.ts'
import { saysOf } from '../state/binding.ts'
import type { Tested } from '../view/binding.tsx'
import { tb } from '../words/bindings.ts'

/** Asks a system whether all is well; what it answers is told in words. */
export function useTest(onTested: () => unknown) {
  const { mutate, isPending, data, error, reset } = useMutation({
    mutationFn: (id: string) => rest.test(id),
    networkMode: 'always',
    onSettled: () => void onTested(),
  })
  const told = error ? wordsOf(asRefusal(error)) : data
  const tested: Tested | 'now' | undefined = isPending ? 'now' : told ? { says: told, bad: error !== null } : undefined
  return { tested, run: (id: string) => mutate(id), reset }
}

/** A refusal in words. */
export const wordsOf = (refusal: Refusal): string =>
  refusal.status === 0 ? tb('untold') : saysOf(refusal.problem, refusal.reason)
