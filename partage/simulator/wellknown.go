package simulator

// A wellKnown is somebody that documents, demonstrations and tests name. Each
// is present in every university.
type wellKnown struct {
	uid, given, surname, mail string
	unit                      string // code
	affiliation, manager      string
	quota                     int64 // of their own; 0 = that of their class
}

const giga = 1 << 30

// The surnames, and the given name Léa, are in no table of names.go: these
// addresses are nobody else's.
var wellKnowns = []wellKnown{
	{"jdupont", "Jeanne", "Dupont", "jeanne.dupont@unistra.fr", "PHYSIQUE", employee, "mcurie", 5 * giga},
	{"mcurie", "Marie", "Curie", "marie.curie@unistra.fr", "PHYSIQUE", faculty, "", 0},
	{"sgermain", "Sophie", "Germain", "sophie.germain@unistra.fr", "DNUM", employee, "hpoincare", 0},
	{"hpoincare", "Henri", "Poincaré", "henri.poincare@unistra.fr", "DNUM", employee, "", 0},
	{"ecartan", "Élie", "Cartan", "elie.cartan@unistra.fr", "DNUM", employee, "hpoincare", 0},
	{"plangevin", "Paul", "Langevin", "paul.langevin@physique.unistra.fr", "PHYSIQUE", faculty, "mcurie", 0},
	{"lmartin", "Léa", "Martin", "lea.martin@physique.unistra.fr", "PHYSIQUE", employee, "mcurie", 0},
	{"n.fischer", "Nina", "Fischer", "n.fischer@etu.unistra.fr", "PHYSIQUE", student, "", 0},
}

// heads are the well-known heads of units; any other unit is headed by one of
// its ordinary members.
var heads = map[string]string{"PHYSIQUE": "mcurie", "DNUM": "hpoincare"}
