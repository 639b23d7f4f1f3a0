package identity

import "slices"

// Role is what a person is to their organisation. What a role may do stands in
// one table, [Role.Permissions].
type Role string

// The roles.
const (
	RoleAdmin      Role = "admin"      // runs the organisation's Waymark: people, teams, settings
	RoleManager    Role = "manager"    // leads reps: assigns accounts, plans for others
	RoleRep        Role = "rep"        // visits accounts
	RoleMarketer   Role = "marketer"   // looks at regions and segments
	RoleService    Role = "service"    // answers customers
	RoleBackOffice Role = "backoffice" // keeps the records
)

// Roles lists every role, the most powerful first.
func Roles() []Role {
	return []Role{RoleAdmin, RoleManager, RoleRep, RoleMarketer, RoleService, RoleBackOffice}
}

// Permission is one thing that a role may do. An operation of the API names the
// one that it needs.
type Permission string

// The permissions.
const (
	AccountsRead       Permission = "accounts.read"
	AccountsWrite      Permission = "accounts.write"
	AccountsAssign     Permission = "accounts.assign"  // give an account to another owner
	AccountsImport     Permission = "accounts.import"  // from files, and undo it
	AccountsMerge      Permission = "accounts.merge"   // make one of two, and undo it
	AccountsExport     Permission = "accounts.export"  // to a file, as many as one sees
	ActivitiesWrite    Permission = "activities.write" // notes, calls, tasks … on accounts that one sees
	PlansRead          Permission = "plans.read"
	PlansWrite         Permission = "plans.write" // one's own days
	PlansTeam          Permission = "plans.team"  // other people's days
	RegionsRead        Permission = "regions.read"
	TerritoriesRead    Permission = "territories.read"
	TerritoriesWrite   Permission = "territories.write"   // drafts of alignments
	TerritoriesPublish Permission = "territories.publish" // approve them, and make them live
	UsersRead          Permission = "users.read"
	UsersManage        Permission = "users.manage"
	OrganisationManage Permission = "organisation.manage"
)

// Permissions lists every permission, in the order in which people see them.
func Permissions() []Permission {
	return []Permission{
		AccountsRead, AccountsWrite, AccountsAssign, AccountsImport, AccountsMerge, AccountsExport, ActivitiesWrite,
		PlansRead, PlansWrite, PlansTeam,
		RegionsRead, TerritoriesRead, TerritoriesWrite, TerritoriesPublish,
		UsersRead, UsersManage,
		OrganisationManage,
	}
}

// may is the whole of who may do what.
var may = map[Role][]Permission{
	RoleAdmin:      Permissions(),
	RoleManager:    {AccountsRead, AccountsWrite, AccountsAssign, AccountsImport, AccountsMerge, AccountsExport, ActivitiesWrite, PlansRead, PlansWrite, PlansTeam, RegionsRead, TerritoriesRead, TerritoriesWrite, TerritoriesPublish, UsersRead},
	RoleRep:        {AccountsRead, AccountsWrite, ActivitiesWrite, PlansRead, PlansWrite, RegionsRead, TerritoriesRead, UsersRead},
	RoleMarketer:   {AccountsRead, AccountsExport, ActivitiesWrite, RegionsRead, TerritoriesRead, UsersRead},
	RoleService:    {AccountsRead, AccountsWrite, ActivitiesWrite, PlansRead, RegionsRead, TerritoriesRead, UsersRead},
	RoleBackOffice: {AccountsRead, AccountsWrite, AccountsAssign, AccountsImport, AccountsMerge, AccountsExport, ActivitiesWrite, PlansRead, RegionsRead, TerritoriesRead, UsersRead},
}

// Permissions returns what the role may do, nil for a role that does not exist.
func (r Role) Permissions() []Permission { return slices.Clone(may[r]) }

// May reports whether the role has the permission.
func (r Role) May(p Permission) bool { return slices.Contains(may[r], p) }

// Known reports whether the role exists.
func (r Role) Known() bool { _, ok := may[r]; return ok }
