/** A text whose words depend on a number, the slot {count}: one form for each of the language's plural rules. */
export type Plural = { readonly other: string } & { readonly [rule in Intl.LDMLPluralRule]?: string }

/** The texts of one language by key. {name} in a text is a slot, filled when it is used. */
export type Catalogue = Readonly<Record<string, string | Plural>>

type Slots<Text> = Text extends `${string}{${infer Slot}}${infer Rest}` ? Slot | Slots<Rest> : never
type Forms<Entry> = Entry extends Plural ? Entry[keyof Entry] : Entry
type Values<Entry> =
  Slots<Forms<Entry>> extends never ? [] : [values: Readonly<Record<Slots<Forms<Entry>>, string | number>>]

/** Gives the text of a key. Which values it wants is known from the English text. */
export type Translate<C extends Catalogue> = <K extends keyof C>(key: K, ...values: Values<C[K]>) => string

/** The texts of a catalogue, spoken. language decides on plurals only. */
export function translator<const C extends Catalogue>(catalogue: C, language: string): Translate<C> {
  const rules = new Intl.PluralRules(language)
  return (key, ...[values]) => {
    const slots: Readonly<Record<string, string | number>> = values ?? {}
    const entry = catalogue[key] as string | Plural
    const text = typeof entry === 'string' ? entry : (entry[rules.select(Number(slots.count))] ?? entry.other)
    return text.replace(/\{(\w+)\}/g, (slot, name: string) => String(slots[name] ?? slot))
  }
}
