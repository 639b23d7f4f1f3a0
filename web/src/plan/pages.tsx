export function PlansPage() {
  return <h1>Plans</h1>
}

export function PlanPage() {
  return <h1>Plan</h1>
}
