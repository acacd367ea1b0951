/** Which of the languages serves the customer, whatever the region of either: who speaks de serves de-AT. Nobody serves one that is not known. */
export function serving(languages: readonly string[], customer: string | undefined): string | undefined {
  return customer === undefined ? undefined : languages.find((one) => base(one) === base(customer))
}

const base = (tag: string) => tag.split('-')[0]
