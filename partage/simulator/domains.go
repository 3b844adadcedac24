package simulator

import "strings"

// components are the units of the university, the largest first. Those of the
// first lines teach, and have students. Each entry is a host name and a label.
const teaching = `
physique=UFR Physique
math=UFR Mathématiques et informatique
ics=Institut des cultures et sociétés
ed=Collège doctoral
bio=Faculté des sciences de la vie
chimie=Faculté de chimie
droit=Faculté de droit, de sciences politiques et de gestion
medecine=Faculté de médecine, maïeutique et sciences de la santé
pharmacie=Faculté de pharmacie
dentaire=Faculté de chirurgie dentaire
lettres=Faculté des lettres
langues=Faculté des langues
histoire=Faculté des sciences historiques
philo=Faculté de philosophie
psycho=Faculté de psychologie
sport=Faculté des sciences du sport
geographie=Faculté de géographie et d'aménagement
eco=Faculté des sciences économiques et de gestion
arts=Faculté des arts
sciences-sociales=Faculté des sciences sociales
theo-catho=Faculté de théologie catholique
theo-prot=Faculté de théologie protestante
education=Faculté des sciences de l'éducation
em=EM Strasbourg
iep=Sciences Po Strasbourg
cuej=Centre universitaire d'enseignement du journalisme
ipag=Institut de préparation à l'administration générale
itravail=Institut du travail
ceipi=Centre d'études internationales de la propriété intellectuelle
telecom=Télécom Physique Strasbourg
ecpm=École européenne de chimie, polymères et matériaux
esbs=École supérieure de biotechnologie
eost=École et observatoire des sciences de la terre
observatoire=Observatoire astronomique
inspe=Institut supérieur du professorat et de l'éducation
iutrs=IUT Robert Schuman
iutlps=IUT Louis Pasteur
iuthaguenau=IUT de Haguenau
isu=Institut supérieur universitaire
formation-continue=Service de formation continue
`

const supporting = `
dnum=Direction du numérique
presidence=Présidence
dgs=Direction générale des services
drh=Direction des ressources humaines
finances=Direction des finances
agence-comptable=Agence comptable
dpi=Direction du patrimoine immobilier
dalog=Direction des achats et de la logistique
daj=Direction des affaires juridiques
com=Direction de la communication
des=Direction des études et de la scolarité
recherche=Direction de la recherche et de la valorisation
dri=Direction des relations internationales
bibliotheques=Service des bibliothèques
vie-universitaire=Service de la vie universitaire
sante-etudiants=Service de santé des étudiants
action-sociale=Service pour la promotion de l'action sociale
handicap=Mission handicap
orientation=Espace avenir
hygiene=Service prévention, sécurité et environnement
jardin-sciences=Jardin des sciences
culture=Service universitaire de l'action culturelle
suaps=Service des sports
pilotage=Direction d'aide au pilotage
archives=Service des archives
presses=Presses universitaires
idip=Institut de développement et d'innovation pédagogiques
lansad=Centre de langues
spiral=Pôle langues
alumni=Réseau des anciens
fondation=Fondation de l'université
mediation=Médiation
ethique=Comité d'éthique
parite=Mission égalité et diversité
developpement-durable=Mission développement durable
usias=Institut d'études avancées
planetarium=Planétarium
zoologie=Musée zoologique
sismologie=Musée de sismologie
imprimerie=Imprimerie
reprographie=Reprographie
courrier=Service du courrier
parc-auto=Parc automobile
espaces-verts=Espaces verts
accueil-chercheurs=Accueil des chercheurs étrangers
animalerie=Animalerie centrale
calcul=Centre de calcul
microscopie=Plateforme de microscopie
proteomique=Plateforme de protéomique
cartographie=Plateforme de cartographie
icube=Laboratoire ICube
irma=Institut de recherche mathématique avancée
iphc=Institut pluridisciplinaire Hubert Curien
ipcms=Institut de physique et chimie des matériaux
isis=Institut de science et d'ingénierie supramoléculaires
ics-lab=Institut Charles Sadron
ibmc=Institut de biologie moléculaire et cellulaire
ibmp=Institut de biologie moléculaire des plantes
igbmc=Institut de génétique et de biologie moléculaire et cellulaire
inci=Institut des neurosciences cellulaires et intégratives
lnca=Laboratoire de neurosciences cognitives et adaptatives
lima=Laboratoire d'innovation moléculaire et applications
limr=Laboratoire d'immunologie et de rhumatologie
lhyges=Laboratoire d'hydrologie et de géochimie
live=Laboratoire image, ville, environnement
sage=Sociétés, acteurs, gouvernement en Europe
dynamiques=Dynamiques européennes
lincs=Laboratoire interdisciplinaire en études culturelles
lilpa=Linguistique, langues, parole
search-anglais=Savoirs dans l'espace anglophone
configurations=Configurations littéraires
archimede=Archéologie et histoire ancienne
arche=Arts, civilisation et histoire de l'Europe
accra=Approches contemporaines de la création
crephac=Centre de recherches en philosophie
beta=Bureau d'économie théorique et appliquée
large=Laboratoire de recherche en gestion et économie
humanis=Humans and management in society
dres=Droit, religion, entreprise et société
cdpf=Centre de droit privé fondamental
cei=Centre d'études internationales
irc=Institut de recherches Carré de Malberg
ceies=Centre d'excellence Jean Monnet
lisec=Laboratoire interuniversitaire des sciences de l'éducation
e3s=Sport et sciences sociales
lpc=Laboratoire de psychologie des cognitions
subjectivite=Subjectivité, lien social et modernité
mitochondrie=Laboratoire mitochondrie, stress et protection
nutrition=Laboratoire de nutrition
pharmacologie=Laboratoire de pharmacologie
bioimagerie=Laboratoire de bioimagerie et pathologies
camb=Laboratoire de conception et application de molécules bioactives
innovation-therapeutique=Laboratoire d'innovation thérapeutique
biomateriaux=Laboratoire biomatériaux et bioingénierie
virologie=Institut de virologie
bacteriologie=Institut de bactériologie
parasitologie=Institut de parasitologie
anatomie=Institut d'anatomie
histologie=Institut d'histologie
physiologie=Institut de physiologie
genetique=Institut de génétique médicale
hematologie=Institut d'hématologie
radiologie=Laboratoire de radiologie
epidemiologie=Laboratoire d'épidémiologie
sante-publique=Laboratoire de santé publique
toxicologie=Laboratoire de toxicologie
chirurgie=Institut de chirurgie
geophysique=Institut de physique du globe
sismo=Réseau national de surveillance sismique
geologie=Laboratoire de géologie
climat=Laboratoire de climatologie
astro=Centre de données astronomiques
plasma=Laboratoire de physique des plasmas
optique=Laboratoire d'optique
nano=Laboratoire de nanosciences
polymeres=Laboratoire de polymères
catalyse=Laboratoire de catalyse
electrochimie=Laboratoire d'électrochimie
cristallographie=Laboratoire de cristallographie
synthese=Laboratoire de synthèse organique
theorique=Laboratoire de chimie théorique
robotique=Laboratoire de robotique
telecoms=Laboratoire de télécommunications
mecanique=Laboratoire de mécanique
genie-civil=Laboratoire de génie civil
energie=Laboratoire d'énergétique
statistique=Laboratoire de statistique
logique=Laboratoire de logique
didactique=Laboratoire de didactique
patristique=Institut de patristique
islamologie=Institut d'islamologie
judaisme=Institut d'études hébraïques
egyptologie=Institut d'égyptologie
`

// A Unit is a component of the university.
type Unit struct {
	Code  string // supannEntiteAffectation, as "PHYSIQUE"
	Label string
}

func unit(line, scope string) (Unit, string) {
	host, label, _ := strings.Cut(line, "=")
	return Unit{Code: strings.ToUpper(host), Label: label}, host + "." + scope
}
