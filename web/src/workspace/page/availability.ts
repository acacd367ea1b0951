import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Availability } from '../../api/wire.ts'
import { asRefusal } from '../live/refusal.ts'
import { rest } from '../live/rest.ts'
import { t } from '../words/t.ts'
import { meQuery } from './ask.ts'
import { refusalWords } from './deed.ts'
import { useToast } from './toast.tsx'

/** Lets the agent say whether they work, and says what came of it. */
export function useAvailability(): (to: Availability) => void {
  const client = useQueryClient()
  const say = useToast()
  const { mutate } = useMutation({
    mutationFn: (to: Availability) => rest.availability(to),
    networkMode: 'always',
    scope: { id: 'availability' }, // one after the other, so that the last one chosen holds
    onSuccess: (me) => {
      client.setQueryData(meQuery.queryKey, me)
      say(t('availability.done', { word: t(`availability.${me.availability}`) }))
    },
    onError: (error) => say(refusalWords(asRefusal(error))),
  })
  return mutate
}
