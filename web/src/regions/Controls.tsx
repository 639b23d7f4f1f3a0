/** What the hexagons show: figure, second figure, size, and how classes are made. */
import { Group, NativeSelect, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { getHexagonEdgeLengthAvg } from 'h3-js'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../i18n/format'
import { fewestSteps, type Method, methods, mostSteps } from './breaks'
import { type FigureKey, figureKeys, figures, isFigure } from './figures'
import { type MarketSearch, resolutions } from './search'

type Change = (part: Partial<MarketSearch>) => void

type Props = {
  figure: FigureKey
  second: FigureKey | undefined
  as: 'side' | 'blend'
  by: Method
  steps: number
  resolution: number | undefined
  /** What the server chose. */
  shown: number | undefined
  /** The day that changes are counted from. */
  since: string
  onChange: Change
}

/** What goes when the classes are to be made anew. */
export const newClasses = { at: undefined, only: undefined } as const

export function Controls({ figure, second, as, by, steps, resolution, shown, since, onChange }: Props) {
  const { t } = useTranslation('regions')
  const format = useFormat()
  const options = figureKeys.map((value) => ({ value, label: t(`figure.${value}`) }))
  return (
    <Stack gap="sm">
      <Group grow gap="sm" align="start">
        <NativeSelect
          label={t('figureLabel')}
          value={figure}
          onChange={({ currentTarget: { value } }) => {
            if (isFigure(value))
              onChange({
                figure: value,
                ...newClasses,
                ...(value === second ? { with: undefined, as: undefined } : {}),
              })
          }}
          data={options}
        />
        <NativeSelect
          label={t('second.label')}
          value={second ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange({ with: isFigure(value) ? value : undefined, analysis: undefined, ...newClasses })
          }
          data={[{ value: '', label: t('second.none') }, ...options.filter(({ value }) => value !== figure)]}
        />
      </Group>
      {second && (
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t('second.how')}
          value={as}
          onChange={(value) => onChange({ as: value === 'blend' ? 'blend' : undefined, ...newClasses })}
          data={[
            { value: 'side', label: t('second.side') },
            { value: 'blend', label: t('second.blend') },
          ]}
        />
      )}
      {[figure, second].some((key) => key && figures[key].change) && (
        <TextInput
          type="date"
          size="xs"
          label={t('since')}
          value={since}
          max={format.today()}
          onChange={({ currentTarget: { value } }) => {
            if (value) onChange({ since: value, ...newClasses })
          }}
        />
      )}
      <Group gap="sm" align="end" wrap="nowrap">
        <div style={{ flex: 1 }}>
          <Text size="sm" fw={500} id="breaks-label">
            {t('breaks.label')}
          </Text>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-labelledby="breaks-label"
            value={by}
            onChange={(value) =>
              onChange({ breaks: methods.find((m) => m === value && m !== 'quantile'), ...newClasses })
            }
            data={methods.map((value) => ({ value, label: t(`breaks.${value}`) }))}
          />
        </div>
        <NativeSelect
          w="4.5rem"
          size="xs"
          label={t('breaks.steps')}
          disabled={second !== undefined && as === 'blend'}
          value={String(steps)}
          onChange={({ currentTarget: { value } }) => onChange({ steps: Number(value), ...newClasses })}
          data={Array.from({ length: mostSteps - fewestSteps + 1 }, (_, i) => String(fewestSteps + i))}
        />
      </Group>
      <div>
        <Text size="sm" fw={500} id="resolution-label">
          {t('resolution.label')}
        </Text>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-labelledby="resolution-label"
          value={resolution === undefined ? 'auto' : String(resolution)}
          onChange={(value) =>
            onChange({
              res: value === 'auto' ? undefined : Number(value),
              cell: undefined,
              cells: undefined,
              ...newClasses,
            })
          }
          data={[
            { value: 'auto', label: t('resolution.autoShort') },
            ...resolutions.map((r) => ({ value: String(r), label: String(r) })),
          ]}
        />
        {resolution !== undefined && shown !== undefined && shown < resolution && (
          <Text size="xs" mt={4} role="status" data-coarser>
            {t('resolution.coarser', { wanted: resolution, shown })}
          </Text>
        )}
        <Text size="xs" c="dimmed" mt={4}>
          {resolution === undefined && `${t('resolution.auto')}. `}
          {shown !== undefined &&
            t('resolution.about', {
              distance: format.distance(2 * getHexagonEdgeLengthAvg(shown, 'm')),
              shown,
            })}
        </Text>
      </div>
    </Stack>
  )
}
