package simulator

import (
	"cmp"
	"slices"
	"strings"
)

// Names, the commonest first: those of the first line of each table are four
// times as frequent as those of the last. No surname is a given name, so that
// an alias "surname.given" is never another person's address, and none is that
// of a person in wellknown.go.
const givenNames = `
Camille Emma Louise Chloé Manon Marie Hugo Lucas Louis Thomas Nicolas Julien Pierre Antoine Claire Julie Anne Mohamed
Inès Jade Sarah Alice Zoé Léna Anaïs Mathilde Pauline Laura Marion Céline Sandrine Nathalie Isabelle Catherine Hélène Élodie Aurélie Émilie
Gabriel Arthur Jules Raphaël Nathan Enzo Maxime Alexandre Quentin Théo Clément Baptiste Romain Guillaume Sébastien Frédéric Olivier Christophe Philippe Jean
Yasmine Fatima Nour Leïla Samira Ayşe Elif Mehmet Karim Rachid Yanis Amine Bilal Sofiane Ibrahim Aminata Fatou Moussa Linh Minh
Anne-Sophie Marie-Claude Marie-Laure Anne-Marie Marie-Thérèse Jean-Luc Jean-Marc Jean-Pierre Jean-Baptiste Jean-François Pierre-Yves Paul-Henri
Agathe Agnès Albane Ambre Apolline Aude Axelle Barbara Bénédicte Blanche Brigitte Capucine Caroline Cécile Charlotte Clémence Coralie Corinne Cyrielle Delphine Diane Dominique Dorothée Édith Élise Élisabeth Éloïse Estelle Eugénie Ève Fanny Flavie Florence Françoise Gaëlle Geneviève Gwenaëlle Héloïse Hortense Irène Joséphine Judith Justine Lætitia Lina Lise Lola Lucie Madeleine Maëlle Margaux Margot Mélanie Mélissa Monique Morgane Myriam Nadège Noémie Océane Odile Ophélie Pascale Perrine Rebecca Rose Roxane Sabine Salomé Solène Stéphanie Suzanne Sylvie Tiphaine Valentine Valérie Véronique Victoire Violette Virginie Viviane
Adrien Alain Alban Alexis Arnaud Augustin Aurélien Bastien Benjamin Benoît Bernard-Marie Bertrand Bruno Cédric Cyprien Cyril Damien Didier Édouard Émile Emmanuel Éric Étienne Fabien Félix Florent Florian François Franck Gaël Gaspard Gautier Georges Gérard Ghislain Grégoire Grégory Gustave Hadrien Hervé Jacques Jérémy Jérôme Joël Jonas Kevin Laurent Léo Léon Loïc Luc Ludovic Marc Marius Mathieu Matthias Mickaël Nils Noël Octave Pascal Patrick Rémi Renaud René Samuel Serge Stanislas Stéphane Sylvain Tanguy Théodore Thibault Tristan Ulysse Valentin Victor Vincent Xavier Yann Yannick Yves
`

const surnames = `
Martin Muller Meyer Schmitt Schneider Klein Weber Becker Roth Wagner Bernard Dubois Durand Petit Moreau Leroy
Lefebvre Lefèvre Roux Fournier Girard Bonnet Lambert Fontaine Rousseau Blanc Guérin Muñoz Garnier Faure Chevalier Legrand Gauthier Garcia Perrin Robin Morin Dufour Nguyen Tran Traoré Diallo Benali Haddad Yılmaz Kaya Demir Öztürk
Schmidt Hoffmann Keller Walter Zimmermann Kieffer Kuntz Wolff Zeller Hamm Heitz Jung Kessler Koenig Lang Ledermann Lutz Mathis Metz Oberlé Ott Reeb Riehl Ritter Rohmer Sauer Schaeffer Scherrer Schwartz Sieffert Speich Spitz Stoll Strub Ulrich Vogel Vogt Walther Wendling Wolf Zehnacker Zind
Le Goff|Le Gall|Le Roux|de La Tour|de Villiers|d'Aubigné|du Plessis|de Saint-Aubin|Van den Berg|von Arx|Ben Amar|El Khadra|Da Silva|Dos Santos|De Luca
Martin-Petit|Muller-Roth|Durand-Keller|Weber-Dubois|Leroy-Blanc|Petit-Jung|Roux-Lambert|Meyer-Schmitt
Abadie Adam-Lévy Allard Andrieu Arnould Aubert Auger Bailly Barbier Baron Barre Baudry Bazin Benard Berger Berthelot Besnard Bigot Blanchard Blondel Bodin Boucher Bouchet Boulanger Bourdon Bourgeois Bouvier Boyer Brunet Bruneau Buisson Carlier Caron Carpentier Chambon Charpentier Charrier Chauvin Chevallier Clerc Colas Collet Collin Cordier Coulon Courtois Cousin Couturier Daniel-Roche Delage Delaunay Delattre Delmas Deschamps Devaux Didierjean Drouet Dubreuil Duchêne Duclos Dufresne Duhamel Dumas Dumont Dupond Dupré Dupuis Dupuy Duval Étcheverry Évrard Fabre Ferrand Ferry Fleury Foucher Fouquet Fournel Gaillard Gallet Gérardin Gilles-Bost Giraud Godard Gosselin Goujon Grandjean Gros Guichard Guillet Guillon Hamel Hardy Hébert Huet Humbert Imbert Jacob-Meyer Jacquet Joly Jourdan Lacombe Lacroix Laporte Laurens Lebon Lebrun Leclerc Leclercq Lecomte Ledoux Legendre Léger Lejeune Lelièvre Lemaire Lemaître Lemoine Lenoir Lesage Lévêque Maillard Mallet Marchal Marchand Maréchal Marion-Vidal Masson Maury Ménard Mercier Michaud Millet Monnier Morel Moulin Navarro Noirot Olive Pagès Paris Parent Pasquier Payet Pelletier Perez Perret Perrot Peltier Poirier Poulain Prévost Rault Rémy-Koch Renault Reynaud Rey Ribeiro Richard-Hess Rivière Rolland Roger-Bach Rossi Royer Ruiz Salmon Sanchez Schuler Seguin Tessier Texier Thiébaut Tissot Toussaint Vallet Vasseur Verdier Vidal Vincent-Kopp Voisin Weiss Wernert Ziegler
`

// A name is one entry of a table, with the range of the line it covers: its
// length is its frequency.
type name struct {
	text, slug string
	from, to   int
}

// names reads a table: lines in decreasing frequency, entries parted by spaces,
// or by bars where they hold spaces. The result is in the order of slug+end.
func names(table, end string) []name {
	var list []name
	lines := strings.Split(strings.TrimSpace(table), "\n")
	for i, line := range lines {
		entries := strings.Fields(line)
		if strings.Contains(line, "|") {
			entries = strings.Split(line, "|")
		}
		for _, text := range entries {
			list = append(list, name{text: text, slug: slug(text), to: 1 + 3*(len(lines)-1-i)/(len(lines)-1)})
		}
	}
	slices.SortFunc(list, func(a, b name) int { return cmp.Compare(a.slug+end, b.slug+end) })
	at := 0
	for i, n := range list {
		list[i].from, list[i].to = at, at+n.to
		at += n.to
	}
	return list
}

// find returns the entry whose range holds x.
func find(list []name, x int) *name {
	i, found := slices.BinarySearchFunc(list, x, func(n name, x int) int { return cmp.Compare(n.from, x) })
	if !found {
		i--
	}
	return &list[i]
}

var unaccented = strings.NewReplacer(
	"à", "a", "â", "a", "ä", "a", "æ", "ae", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "ı", "i", "î", "i", "ï", "i",
	"ñ", "n", "ô", "o", "ö", "o", "œ", "oe", "ş", "s", "ù", "u", "û", "u", "ü", "u", " ", "-", "'", "-",
)

// slug is the form of a name in an address: "de La Tour" gives "de-la-tour".
func slug(text string) string { return unaccented.Replace(strings.ToLower(text)) }
