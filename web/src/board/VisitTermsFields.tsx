/** The fields of what a visit asks for; without reps, days and other visits those of an account. */
import {
  ActionIcon,
  Collapse,
  Group,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import { IconChevronDown, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { VisitAsk, VisitTerms, VisitTie } from '../plan/termsQueries'
import { SkillsInput } from '../plan/WorkingTermsFields'
import classes from './NewPeriodPage.module.css'
import { useNames } from './names'

const priorities = ['low', 'normal', 'high'] as const
const rules = ['same_day', 'other_day', 'same_time', 'after'] as const
const mostTies = 10
/** Which stop of its day a visit is, as the API has it. */
const places = { any: 0, first: 1, last: -1, nth: 2 } as const

type When = 'any' | 'between' | 'at'

const whenOf = (terms: VisitTerms): When =>
  terms.notBefore === '' && terms.notAfter === ''
    ? 'any'
    : terms.notBefore === terms.notAfter
      ? 'at'
      : 'between'

/** What is wrong with it before it is sent, or null. */
export function problemOfAsk({ minutes, terms }: Pick<VisitAsk, 'minutes' | 'terms'>) {
  if (!(minutes >= 1 && minutes <= 720)) return 'minutesWrong'
  if (terms.notBefore !== '' && terms.notAfter !== '' && terms.notAfter < terms.notBefore) return 'timeWrong'
  const wanted = [...terms.onlyReps, ...terms.preferredReps]
  if (terms.notReps.some((rep) => wanted.includes(rep))) return 'repsWrong'
  return null
}

export function VisitTermsFields(props: {
  ask: VisitAsk
  onChange: (ask: VisitAsk) => void
  reps: { id: number; name: string }[]
  days?: string[]
  others?: { visitId: number; name: string; address: string }[]
  /** Without: its length and what only a plan can say. */
  account?: boolean
}) {
  const { ask, onChange, reps, days, others, account } = props
  const { t } = useTranslation('board')
  const names = useNames()
  const { terms } = ask
  const set = (part: Partial<VisitTerms>) => onChange({ ...ask, terms: { ...terms, ...part } })
  const [when, setWhen] = useState<When>(whenOf(terms))
  const wrong = problemOfAsk(ask)
  const people = reps.map((rep) => ({ value: String(rep.id), label: rep.name }))
  const place = !terms.position ? 'any' : terms.position < 0 ? 'last' : terms.position === 1 ? 'first' : 'nth'
  const inMore = [
    terms.setUpMinutes > 0,
    terms.skills.length > 0,
    terms.onlyReps.length > 0,
    terms.preferredReps.length > 0,
    terms.notReps.length > 0,
    terms.sameRep,
    ask.ties.length > 0,
  ].filter(Boolean).length
  const [more, setMore] = useState(false)
  const list = (key: 'onlyReps' | 'preferredReps' | 'notReps') => (
    <MultiSelect
      label={t(`asks.${key}`)}
      placeholder={terms[key].length === 0 ? t(`asks.${key}None`) : ''}
      data={people}
      value={terms[key].map(String)}
      onChange={(values) => set({ [key]: values.map(Number) })}
      searchable={people.length > 8}
      hidePickedOptions
      clearable
      error={key === 'notReps' && wrong === 'repsWrong' ? t('asks.repsWrong') : undefined}
    />
  )
  return (
    <Stack gap="sm">
      <Group grow align="start">
        {!account && (
          <NumberInput
            label={t('asks.minutes')}
            min={1}
            max={720}
            step={5}
            allowDecimal={false}
            value={ask.minutes || ''}
            onChange={(value) => onChange({ ...ask, minutes: Number(value) || 0 })}
            error={wrong === 'minutesWrong' ? t('asks.minutesWrong') : undefined}
          />
        )}
        <div>
          <Text size="sm" fw={500} id="asks-priority">
            {t('asks.priority')}
          </Text>
          <SegmentedControl
            fullWidth
            aria-labelledby="asks-priority"
            value={terms.priority ?? 'normal'}
            onChange={(value) => set({ priority: value as VisitTerms['priority'] & {} })}
            data={priorities.map((value) => ({ value, label: t(`asks.priorities.${value}`) }))}
          />
        </div>
      </Group>
      <Switch
        label={t('asks.mandatory')}
        checked={terms.mandatory}
        onChange={(event) => set({ mandatory: event.currentTarget.checked })}
      />
      <div>
        <Text size="sm" fw={500} id="asks-when">
          {t('asks.when')}
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby="asks-when"
          value={when}
          onChange={(value) => {
            setWhen(value as When)
            if (value === 'any') set({ notBefore: '', notAfter: '' })
            else if (value === 'at') {
              const at = terms.notBefore || terms.notAfter || '10:00'
              set({ notBefore: at, notAfter: at })
            } else if (whenOf(terms) !== 'between')
              set({ notBefore: terms.notBefore || '09:00', notAfter: '' })
          }}
          data={(['any', 'between', 'at'] as const).map((value) => ({
            value,
            label: t(`asks.whens.${value}`),
          }))}
        />
        {when === 'at' && (
          <TextInput
            type="time"
            mt="xs"
            label={t('asks.at')}
            value={terms.notBefore}
            onChange={(event) =>
              set({ notBefore: event.currentTarget.value, notAfter: event.currentTarget.value })
            }
          />
        )}
        {when === 'between' && (
          <Group grow align="start" mt="xs">
            <TextInput
              type="time"
              label={t('asks.notBefore')}
              value={terms.notBefore}
              onChange={(event) => set({ notBefore: event.currentTarget.value })}
            />
            <TextInput
              type="time"
              label={t('asks.notAfter')}
              value={terms.notAfter}
              onChange={(event) => set({ notAfter: event.currentTarget.value })}
              error={wrong === 'timeWrong' ? t('asks.timeWrong') : undefined}
            />
          </Group>
        )}
      </div>
      <Group grow align="start">
        <Select
          label={t('asks.position')}
          data={(['any', 'first', 'last', 'nth'] as const).map((value) => ({
            value,
            label: t(`asks.positions.${value}`),
          }))}
          value={place}
          onChange={(value) => value && set({ position: places[value as keyof typeof places] })}
          allowDeselect={false}
        />
        {place === 'nth' && (
          <NumberInput
            label={t('asks.positionNumber')}
            min={2}
            max={200}
            clampBehavior="strict"
            allowDecimal={false}
            value={terms.position ?? 2}
            onChange={(value) => set({ position: Math.max(2, Number(value) || 2) })}
          />
        )}
      </Group>
      {days && (
        <Group grow align="start">
          <Select
            label={t('asks.day')}
            data={[
              { value: '', label: t('asks.anyDay') },
              ...days.map((day) => ({ value: day, label: names.day(day) })),
            ]}
            value={ask.day}
            onChange={(day) => onChange({ ...ask, day: day ?? '' })}
            allowDeselect={false}
          />
          {reps.length > 1 && (
            <Select
              label={t('asks.rep')}
              data={[{ value: '0', label: t('asks.anyRep') }, ...people]}
              value={String(ask.repId)}
              onChange={(value) => onChange({ ...ask, repId: Number(value) })}
              allowDeselect={false}
              searchable={people.length > 8}
            />
          )}
        </Group>
      )}
      <button type="button" className={classes.more} aria-expanded={more} onClick={() => setMore(!more)}>
        <span>{inMore > 0 ? t('asks.moreSet', { count: inMore }) : t('asks.more')}</span>
        <IconChevronDown size={18} aria-hidden style={{ flex: 'none', rotate: more ? '180deg' : '0deg' }} />
      </button>
      <Collapse expanded={more}>
        <Stack gap="sm">
          <NumberInput
            label={t('asks.setUp')}
            description={t('asks.setUpHint')}
            min={0}
            max={240}
            step={5}
            allowDecimal={false}
            clampBehavior="strict"
            value={terms.setUpMinutes}
            onChange={(value) => set({ setUpMinutes: Number(value) || 0 })}
          />
          <SkillsInput
            label={t('asks.skills')}
            description={t('asks.skillsHint')}
            value={terms.skills}
            onChange={(skills) => set({ skills })}
          />
          {(reps.length > 1 || account) && (
            <>
              {list('onlyReps')}
              {list('preferredReps')}
              {list('notReps')}
              <Switch
                label={t('asks.sameRep')}
                checked={terms.sameRep}
                onChange={(event) => set({ sameRep: event.currentTarget.checked })}
              />
            </>
          )}
          {others && <Ties ties={ask.ties} others={others} onChange={(ties) => onChange({ ...ask, ties })} />}
        </Stack>
      </Collapse>
    </Stack>
  )
}

/** Other visits of the plan with which this one belongs, or does not. */
function Ties(props: {
  ties: VisitTie[]
  others: { visitId: number; name: string; address: string }[]
  onChange: (ties: VisitTie[]) => void
}) {
  const { ties, others, onChange } = props
  const { t } = useTranslation('board')
  const nameOf = (visitId: number) =>
    others.find((other) => other.visitId === visitId)?.name ?? t('new.unknown')
  const open = others.filter((other) => !ties.some((tie) => tie.visitId === other.visitId))
  return (
    <div>
      <Text size="sm" fw={500}>
        {t('asks.ties')}
      </Text>
      {ties.length > 0 && (
        <ul className={classes.preview} aria-label={t('asks.ties')}>
          {ties.map((tie) => (
            <li key={tie.visitId}>
              <Select
                size="xs"
                w={170}
                aria-label={t('asks.ruleOf', { name: nameOf(tie.visitId) })}
                data={rules.map((value) => ({ value, label: t(`asks.rules.${value}`) }))}
                value={tie.rule}
                onChange={(rule) =>
                  rule &&
                  onChange(
                    ties.map((each) => (each === tie ? { ...tie, rule: rule as VisitTie['rule'] } : each)),
                  )
                }
                allowDeselect={false}
              />
              <span className={classes.previewText}>
                <strong>{nameOf(tie.visitId)}</strong>
              </span>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={34}
                aria-label={t('asks.untie', { name: nameOf(tie.visitId) })}
                onClick={() => onChange(ties.filter((each) => each !== tie))}
              >
                <IconX size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {ties.length < mostTies && (
        <Select
          mt={6}
          aria-label={t('asks.tie')}
          placeholder={t('asks.tie')}
          searchable
          limit={40}
          value={null}
          data={open.map((other) => ({
            value: String(other.visitId),
            label: [other.name, other.address].filter(Boolean).join(', '),
          }))}
          onChange={(value) => value && onChange([...ties, { visitId: Number(value), rule: 'same_day' }])}
          nothingFoundMessage={t('new.searchNone')}
        />
      )}
    </div>
  )
}
