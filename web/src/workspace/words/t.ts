import { translator } from '../../shared/texts/catalogue.ts'
import { en } from './en.ts'

/** The words of a key, its slots filled. */
export const t = translator(en, 'en')
