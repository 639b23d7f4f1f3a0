import accounts from './accounts.json'
import audit from './audit.json'
import board from './board.json'
import common from './common.json'
import data from './data.json'
import exporting from './export.json'
import fields from './fields.json'
import filters from './filters.json'
import lists from './lists.json'
import map from './map.json'
import plan from './plan.json'
import record from './record.json'
import regions from './regions.json'
import segments from './segments.json'
import settings from './settings.json'
import territories from './territories.json'
import timeline from './timeline.json'

export const resources = {
  accounts,
  audit,
  board,
  common,
  data,
  export: exporting,
  fields,
  filters,
  lists,
  map,
  plan,
  record,
  regions,
  segments,
  settings,
  territories,
  timeline,
}
