import '../style/rules.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Department, Me, RecordRule, RecordType } from '../../api/wire.ts'
import { asRefusal } from '../live/refusal.ts'
import { ruleRest as rest } from '../live/rule.ts'
import { saysOf } from '../state/binding.ts'
import { type RuleDraft, withOpen } from '../state/rule.ts'
import { beginning, NoRule, RemoveRule, RuleRow } from '../view/rule.tsx'
import { tu } from '../words/rules.ts'
import { departmentsQuery, typesQuery } from './ask.ts'
import { RuleEditor } from './ruleform.tsx'
import { Settings } from './settings.tsx'

const lookEvery = 5_000

/** Where admins say what is created by itself, and see how that fares (FEATURES F3). */
export function RulesPage() {
  return <Settings at="rules">{(me) => <Rules me={me} />}</Settings>
}

// The rule that is being changed, as it was when that began; or a new one, with what it begins with.
type Open = RecordRule | { id: ''; begins: Partial<RuleDraft> }

function Rules({ me }: { me: Me }) {
  const client = useQueryClient()
  const { data: departments } = useQuery(departmentsQuery)
  const { data: types, error: untyped } = useQuery({ ...typesQuery, staleTime: 0 })
  const { data, error } = useQuery({
    queryKey: ['rules'],
    queryFn: rest.list,
    staleTime: 0,
    refetchInterval: lookEvery,
  })
  const [open, setOpen] = useState<Open>()
  const changed = () => client.invalidateQueries({ queryKey: ['rules'] })
  if (!data || !types || !departments) return <p role="alert">{error || untyped ? tu('failed') : ''}</p>
  const rules = withOpen(data, open && 'version' in open ? open : undefined)
  const shared = { me, departments, types, onChanged: changed, onClose: () => setOpen(undefined) }
  const begin = (begins: Partial<RuleDraft>) => setOpen({ id: '', begins })
  return (
    <>
      <p className="muted">{tu('intro')}</p>
      {rules.length === 0 && open?.id !== '' && (
        <NoRule onExample={() => begin({ name: tu('example.name'), when: beginning })} />
      )}
      {departments.map((department) => (
        <OfDepartment
          key={department.id}
          {...shared}
          department={department}
          rules={rules.filter((rule) => rule.department === department.id)}
          there={data}
          open={open?.id}
          onOpen={setOpen}
        />
      ))}
      {open?.id === '' ? (
        <section className="rule-new" aria-labelledby="rule-new">
          <h2 id="rule-new">{tu('add')}</h2>
          <RuleEditor {...shared} {...('begins' in open ? { begins: open.begins } : {})} />
        </section>
      ) : (
        <p>
          <button type="button" className={open ? 'button' : 'button primary'} onClick={() => begin({})}>
            {tu('add')}
          </button>
        </p>
      )}
    </>
  )
}

interface SharedProps {
  me: Me
  departments: readonly Department[]
  types: readonly RecordType[]
  onChanged: () => Promise<void>
  onClose: () => void
}

interface OfDepartmentProps extends SharedProps {
  department: Department
  rules: readonly RecordRule[]
  /** All that are there still. */
  there: readonly RecordRule[]
  open: string | undefined
  onOpen: (rule: RecordRule | undefined) => void
}

function OfDepartment({ department, rules, there, open, onOpen, ...shared }: OfDepartmentProps) {
  if (rules.length === 0) return null
  return (
    <section className="rules" aria-labelledby={`rules-${department.id}`}>
      <h2 id={`rules-${department.id}`}>{department.name}</h2>
      <ul className="channels">
        {rules.map((rule) => (
          <OneRule
            key={rule.id}
            {...shared}
            rule={rule}
            vanished={!there.some(({ id }) => id === rule.id)}
            open={open === rule.id}
            onOpen={onOpen}
          />
        ))}
      </ul>
    </section>
  )
}

interface OneRuleProps extends SharedProps, Pick<OfDepartmentProps, 'onOpen'> {
  rule: RecordRule
  vanished: boolean
  open: boolean
}

function OneRule({ rule, vanished, open, onOpen, ...shared }: OneRuleProps) {
  const { types, onChanged } = shared
  const [removing, setRemoving] = useState(false)
  const { mutate, isPending, variables, error, reset } = useMutation({
    mutationFn: (what: 'switch' | 'remove') => {
      if (what === 'remove') return rest.remove(rule.id)
      const { id, name, on, when = '', type, fields = {}, enabled, version } = rule
      return rest.set(id, { name, on, when, type, fields, enabled: !enabled, version })
    },
    networkMode: 'always',
    onSettled: () => onChanged(),
  })
  const refusal = error ? asRefusal(error) : undefined
  const switching = isPending && variables === 'switch'
  return (
    <>
      <RuleRow
        rule={switching ? { ...rule, enabled: !rule.enabled } : rule}
        type={types.find(({ id }) => id === rule.type)}
        open={open}
        busy={isPending || vanished}
        fault={
          refusal
            ? refusal.status === 0
              ? tu('untold')
              : refusal.status === 409
                ? tu('switched')
                : saysOf(refusal.problem, refusal.reason)
            : ''
        }
        onSwitch={() => mutate('switch')}
        onEdit={() => {
          reset()
          onOpen(open ? undefined : rule)
        }}
        onRemove={() => setRemoving(true)}
      >
        {open && <RuleEditor {...shared} rule={rule} vanished={vanished} />}
      </RuleRow>
      {removing && (
        <RemoveRule
          name={rule.name}
          onCancel={() => setRemoving(false)}
          onConfirm={() => {
            setRemoving(false)
            if (open) shared.onClose()
            mutate('remove')
          }}
        />
      )}
    </>
  )
}
