import type { NewRecordRule, RecordRule, RecordRuleChange, RuleTrialResult } from '../../api/wire.ts'
import { client, got, on } from './rest.ts'

// A trial looks at many sessions, for ten seconds at most.
const patiently = (request: Request) => fetch(request, { signal: AbortSignal.timeout(30_000) })

/** What the page of the rules asks of the server. Each rejects with a Refusal, and with nothing else. */
export const ruleRest = {
  list: async (): Promise<RecordRule[]> => (await got(client.GET('/api/v1/record-rules'))).items,
  add: (body: NewRecordRule): Promise<RecordRule> => got(client.POST('/api/v1/record-rules', { body })),
  set: (id: string, body: RecordRuleChange): Promise<RecordRule> =>
    got(client.PUT('/api/v1/record-rules/{id}', { params: on(id), body })),
  remove: (id: string): Promise<unknown> =>
    got(client.DELETE('/api/v1/record-rules/{id}', { params: on(id), body: {} })),
  /** What a rule would have created of its department's newest sessions. */
  try: (body: NewRecordRule): Promise<RuleTrialResult> =>
    got(client.POST('/api/v1/record-rules/dry-run', { body, fetch: patiently })),
}
