import { translator } from '../../shared/texts/catalogue.ts'
import { widget } from '../../shared/texts/en/widget.ts'

/** The panel's texts. */
export const t = translator(widget, 'en')

/** The language of the texts, for the names of days between them. */
export const language = 'en-GB'
