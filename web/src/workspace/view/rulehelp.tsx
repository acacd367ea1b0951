import { examplesOf, type RuleEvent, ruleNames } from '../state/rule.ts'
import { tu } from '../words/rules.ts'

// More than half of the line has room for.
const longWords = 50

interface RuleHelpProps {
  on: RuleEvent
  onExample: (text: string) => void
  onName: (name: string) => void
}

/** What can stand in a condition, and in what is written: conditions to begin with, and all names. */
export function RuleHelp({ on, onExample, onName }: RuleHelpProps) {
  return (
    <div className="rule-help">
      {/* biome-ignore lint/a11y/useSemanticElements: buttons, not fields */}
      <p className="rule-examples" role="group" aria-label={tu('examples')}>
        {examplesOf(on).map(({ name, text }) => (
          <button key={name} type="button" className="button small" title={text} onClick={() => onExample(text)}>
            {tu(`example.${name}`)}
          </button>
        ))}
      </p>
      <details>
        <summary>{tu('help')}</summary>
        <p className="muted">{tu('help.text')}</p>
        {(['event', 'session', 'customer'] as const).map((of) => (
          <section key={of} aria-label={tu(`of.${of}`)}>
            <h4>{tu(`of.${of}`)}</h4>
            <ul>
              {ruleNames[of].map((name) => {
                const says = tu(`${of}.${name}` as 'event.text')
                return (
                  <li key={name} className={says.length > longWords ? 'wide' : undefined}>
                    <button type="button" className="rule-name" onClick={() => onName(`${of}.${name}`)}>
                      {of}.{name}
                    </button>
                    <span className="faint">{says}</span>
                  </li>
                )
              })}
            </ul>
          </section>
        ))}
      </details>
    </div>
  )
}
