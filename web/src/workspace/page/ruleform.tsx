import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import type { Department, Me, RecordRule, RecordType, RuleTrialResult } from '../../api/wire.ts'
import { asRefusal, type Refusal } from '../live/refusal.ts'
import { rest as sessions } from '../live/rest.ts'
import { ruleRest as rest } from '../live/rule.ts'
import { saysOf } from '../state/binding.ts'
import { roleIn } from '../state/list.ts'
import { changedParts, type RuleDraft, ruleDraft, ruleFault, ruleOf, typesOf } from '../state/rule.ts'
import { focusFault } from '../view/form.tsx'
import { Theirs } from '../view/rule.tsx'
import { RuleForm } from '../view/ruleform.tsx'
import { RuleTrial } from '../view/ruletrial.tsx'
import { tu } from '../words/rules.ts'
import { addressOf, placeOf } from './place.ts'

interface RuleEditorProps {
  me: Me
  /** The one that is changed, as it is now; without it one is added. */
  rule?: RecordRule
  /** Somebody has removed it: it is added again. */
  vanished?: boolean
  /** What a new one begins with. */
  begins?: Partial<RuleDraft>
  departments: readonly Department[]
  types: readonly RecordType[]
  onChanged: () => Promise<void>
  onClose: () => void
}

/** What was begun and not saved: it outlives a way to another page and back. */
const written = new Map<string, { draft: RuleDraft; base: RecordRule | undefined }>()

/** A rule while it is written: tried as it stands, and saved. */
export function RuleEditor(props: RuleEditorProps) {
  const { me, rule, vanished = false, begins, departments, types, onChanged, onClose } = props
  const key = `${me.id} ${rule?.id ?? ''}`
  const [draft, setDraft] = useState(
    () => written.get(key)?.draft ?? { ...ruleDraft(rule, departmentOf(departments, types)), ...begins },
  )
  const [base] = useState(() => written.get(key)?.base ?? rule) // as it was when one began
  const [untold, setUntold] = useState(false) // what it creates
  const [tried, setTried] = useState<{ result: RuleTrialResult; of: string }>()
  const offered = typesOf(types, draft.department)
  const body = ruleOf(draft, offered)
  const close = () => {
    written.delete(key)
    onClose()
  }
  const save = useMutation({
    mutationFn: (version: number | undefined) => {
      if (!rule || vanished) return rest.add(body)
      const { department: _, ...change } = body
      return rest.set(rule.id, { ...change, ...(version ? { version } : {}) })
    },
    networkMode: 'always',
    onError: () => onChanged(),
    onSuccess: () => {
      close()
      return onChanged()
    },
  })
  const trial = useMutation({
    mutationFn: () => rest.try(body),
    networkMode: 'always',
    onSuccess: (result) => setTried({ result, of: JSON.stringify(body) }),
  })
  const error = save.error ?? trial.error
  const refusal = error ? asRefusal(error) : undefined
  const type = offered.find(({ id }) => id === draft.type)
  const at = untold ? 'type' : ruleFault(refusal?.problem.field, type)
  useEffect(() => {
    if (at && error !== undefined) focusFault()
  }, [at, error])
  const newer = rule && base && !vanished && rule.version > base.version ? rule : undefined
  const taken = refusal?.status === 409 && newer
  const gone = vanished && (!refusal || refusal.status === 404)
  const nothing = offered.length === 0 && !draft.type // it could create nothing
  const told = gone ? tu('vanished') : untold && nothing ? tu('type.missing') : at || !refusal ? '' : whyNot(refusal)
  const run = (what: () => void) => {
    save.reset()
    trial.reset()
    setUntold(!draft.type)
    if (draft.type && !save.isPending && !trial.isPending) what()
  }
  const department = departments.find(({ id }) => id === draft.department)
  return (
    <RuleForm
      label={rule ? tu('edit.one', rule) : tu('add')}
      draft={draft}
      departments={rule ? [] : departments}
      types={offered}
      wrong={{ at, says: untold ? tu('type.missing') : at && refusal ? saysOf(refusal.problem, refusal.reason) : '' }}
      told={told}
      none={
        nothing && (
          <p className="rule-typeless">
            {tu('type.none', { department: department?.name ?? '' })}{' '}
            <Link to="/settings/records">{tu('type.make')}</Link>. {tu('type.kept')}
          </p>
        )
      }
      theirs={taken && base && <Theirs rule={taken} parts={changedParts(base, taken)} types={offered} />}
      trial={
        <RuleTrial
          result={tried?.result}
          type={type}
          stale={tried !== undefined && tried.of !== JSON.stringify(body)}
          busy={trial.isPending}
          link={(session, words) => (
            <SessionLink me={me} department={draft.department} session={session.id}>
              {words}
            </SessionLink>
          )}
          onTry={() => run(() => trial.mutate())}
        />
      }
      busy={save.isPending}
      submit={tu(save.isPending ? (rule ? 'saving' : 'busy') : taken ? 'over' : rule && !vanished ? 'save' : 'submit')}
      onDraft={(next) => {
        setDraft(next)
        written.set(key, { draft: next, base })
        setUntold(false)
        if (trial.error) trial.reset()
        if (save.error && !taken) save.reset()
      }}
      onSubmit={() => run(() => save.mutate(taken ? taken.version : base?.version))}
      onCancel={close}
    />
  )
}

// departmentOf gives the first department that has what a rule can create.
const departmentOf = (departments: readonly Department[], types: readonly RecordType[]): string =>
  (departments.find(({ id }) => typesOf(types, id).length > 0) ?? departments[0])?.id ?? ''

function whyNot({ status, problem, reason }: Refusal): string {
  if (status === 0) return tu('unreachable')
  return status === 409 ? tu('taken') : saysOf(problem, reason)
}

interface SessionLinkProps {
  me: Me
  department: string
  session: string
  children: ReactNode
}

// SessionLink opens a session beside the page, so that what is written stays. In which list it is, is asked when one comes near.
function SessionLink({ me, department, session, children }: SessionLinkProps) {
  const [near, setNear] = useState(false)
  const { data } = useQuery({
    queryKey: ['session', session],
    queryFn: () => sessions.session(session),
    enabled: near,
    staleTime: 60_000,
  })
  const role = roleIn(me, department)
  if (!role) return children
  const place = (data && placeOf(data, me)) ?? { department: role.department.slug, list: 'closed' as const }
  return (
    <a
      href={addressOf({ ...place, session })}
      target="_blank"
      rel="noreferrer"
      onPointerEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
    >
      {children}
    </a>
  )
}
