const names = new Intl.DisplayNames('en', { type: 'language' }) // as these words are

/** What a language is called, by its tag; the tag where nobody calls it anything. */
export function languageName(tag: string): string {
  try {
    return names.of(tag) ?? tag
  } catch {
    return tag
  }
}
