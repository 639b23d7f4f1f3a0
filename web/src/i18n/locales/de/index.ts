import accounts from './accounts.json'
import common from './common.json'
import map from './map.json'
import plan from './plan.json'
import regions from './regions.json'
import settings from './settings.json'
import timeline from './timeline.json'

export const resources = { accounts, common, map, plan, regions, settings, timeline }
