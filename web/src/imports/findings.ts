/** The codes of findings that have words of their own. */
export const codes = [
  'name_missing',
  'too_long',
  'cell_too_long',
  'bad_number',
  'out_of_range',
  'bad_date',
  'ambiguous_date',
  'bad_choice',
  'bad_boolean',
  'bad_email',
  'bad_website',
  'bad_opening_hours',
  'unknown_owner',
  'unknown_team',
  'may_not_assign',
  'too_many_tags',
  'half_a_place',
  'bad_coordinate',
  'zero_place',
  'swapped',
  'wrong_sign',
  'unclosed_quote',
  'extra_cells',
  'unknown_id',
  'number_without_name',
  'double_number',
  'double_row',
  'resembles',
  'not_found',
  'doubtful',
] as const
export type Code = (typeof codes)[number] | 'other'

/** The key of a code's words: those of a newer server have none of their own. */
export const codeKey = (code: string): Code => codes.find((known) => known === code) ?? 'other'
