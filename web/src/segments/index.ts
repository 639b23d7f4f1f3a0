export { SegmentPage } from './SegmentPage'
export { SegmentsPage } from './SegmentsPage'
