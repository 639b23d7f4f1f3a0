import {
  IconCalendarEvent,
  IconCar,
  IconChecks,
  IconFileImport,
  IconMail,
  IconNote,
  IconPencil,
  IconPhone,
} from '@tabler/icons-react'
import type { TimelineKind } from './queries'

export const kindIcons: Record<TimelineKind, typeof IconNote> = {
  note: IconNote,
  call: IconPhone,
  mail: IconMail,
  meeting: IconCalendarEvent,
  visit: IconCar,
  task: IconChecks,
  change: IconPencil,
  import: IconFileImport,
}
