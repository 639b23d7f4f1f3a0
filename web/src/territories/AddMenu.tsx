/** Adds territories, and areas and regions above them, to a draft. */
import { Button, Menu } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { RenameDialog } from './RenameDialog'
import { addTerritory } from './structure'
import type { Alignment, Territory } from './types'
import type { Edits } from './useEdits'
import { useView } from './view'

const levels = ['territory', 'region', 'area'] as const

export function AddMenu({ alignment, edits }: { alignment: Alignment; edits: Edits }) {
  const { t } = useTranslation('territories')
  const [level, setLevel] = useState<Territory['level'] | null>(null)
  const add = async (name: string) => {
    const known = new Set(alignment.territories.map((each) => each.id))
    const edited = await edits.send((version) =>
      addTerritory(alignment.id, version, { name, level: level ?? 'territory' }),
    )
    setLevel(null)
    const made = edited.territories.find((each) => !known.has(each.id))
    if (made?.level === 'territory') useView.setState({ target: made.id })
  }
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />}>
            {t('list.add')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {levels.map((each) => (
            <Menu.Item key={each} onClick={() => setLevel(each)}>
              {t(`list.addLevel.${each}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {level && (
        <RenameDialog
          title={t(`list.addTitle.${level}`)}
          name=""
          onSave={add}
          onClose={() => setLevel(null)}
        />
      )}
    </>
  )
}
