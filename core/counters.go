package core

// Counters are what an agent's badges show (FEATURES C10), counted over sessions that have not ended.
type Counters struct {
	Unread      int64 // sessions that the agent holds with unread messages
	Unassigned  int64 // sessions in the queues of their departments
	Badge       int64 // the red one: different sessions in the sets that their roles make them look after
	Departments []DepartmentCounters
}

// DepartmentCounters are the counters of one department, as the agent's roles there make them.
type DepartmentCounters struct {
	Department DepartmentID `db:"department"`
	Unread     int64        `db:"unread"`
	Unassigned int64        `db:"unassigned"`
}

// CountersOf adds up the departments' counters by the roles held there (RULES S3.3): an operator looks after what they
// hold unread, a supervisor after the queue. No session is in both sets, because whoever holds one has taken it out of
// the queue.
func CountersOf(roles Roles, departments []DepartmentCounters) Counters {
	c := Counters{Departments: departments}
	for _, d := range departments {
		c.Unread += d.Unread
		c.Unassigned += d.Unassigned
		c.Badge += d.Unread
		if roles[d.Department].Has(Supervisor) {
			c.Badge += d.Unassigned
		}
	}
	return c
}
