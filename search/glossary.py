"""Words that customers' questions turn on, in French and English, so that either finds what the other wrote.

A word on one line means any of the others on it, near enough to search by; it is no dictionary to translate with.
Names and terms that both share (SIM, Internet, Thunderbird) need no entry: each language is searched for every word.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from search import analysis

# French | English
_LINES = """
abonnement forfait | subscription plan
abonné client | customer subscriber
accès accéder | access
achat acheter | purchase buy order
activer activation | activate enable activation
adresse | address
afficher affichage | show display
aide aider assistance | help support
ajouter | add
annuler annulation | cancel
appareil | device
appel appeler | call
application appli | app application
argent | money
arrêter arrêt | stop
attendre attente | wait pending
augmenter augmentation | increase raise
autoriser autorisation | allow permission
avis | notice review
banque bancaire | bank
batterie | battery
bloquer bloqué | block blocked locked
boîte | box inbox
bouton | button
brancher câble | plug cable
bruit | noise
calendrier agenda | calendar
carnet | book
carte | card
changer changement modifier | change modify
charger chargement | load charge
chercher recherche rechercher | search find
choisir choix | choose
clavier | keyboard
clé | key
cliquer | click
code | code pin
colis | parcel package
commande commander | order
communauté | community
compte | account
conditions | terms
confidentialité vie privée | privacy
configurer configuration paramétrer | configure set setup
connexion connecter | connection connect login sign
consommation | usage consumption
contact contacter joindre | contact reach
contrat | contract
conversation message | message chat
copier copie | copy
corbeille | trash bin
couper coupure panne | outage cut down
courrier courriel mail | mail email
coût coûter prix tarif | cost price rate
créer création | create
crédit | credit
débit vitesse | speed
débloquer déverrouiller | unlock
décéder décès | death deceased
défectueux cassé casser | broken faulty
délai | delay deadline
demander demande | request ask
déménager déménagement | move moving relocate
dépanner dépannage réparer réparation | repair fix
désactiver | disable deactivate
dossier répertoire | folder directory
données | data
échouer échec | fail failure
écran | screen display
effacer supprimer suppression | delete remove erase
enregistrer enregistrement sauvegarder | save
envoyer envoi expédier | send sent
erreur | error
essayer essai | try trial
étranger | abroad foreign
étudiant | student
expirer expiration | expire expiry
facture facturation | bill invoice billing
famille familial | family
fenêtre | window
fermer fermeture | close
fibre | fibre fiber
fichier | file
fille fils enfant | daughter son child
fonctionner marcher | work working
frais | fee charge
fraude arnaque | fraud scam
garantie garantir | warranty guarantee
garder conserver | keep
gratuit | free
heure horaire | hour time
horloge | clock
hors | out
identifiant | username login id
image photo | picture photo image
impayé | unpaid
impossible | cannot unable
imprimer imprimante | print printer
inscrire inscription | register registration signup
installer installation | install installation
interdire | forbid
jour journée | day
langue | language
lecteur lire | reader read
lent lenteur ralentir | slow
lettre | letter
ligne | line
limite plafond | limit cap
liste | list
livraison livrer | delivery deliver
magasin boutique | shop store
mettre mise | put update
mobile portable | mobile phone
mois mensuel | month monthly
montrer | show
mot passe | password
mouvement virement transférer transfert | transfer
navigateur | browser
niveau | level
nom | name
nouveau neuf | new
numéro | number
offre promotion | offer deal
onglet | tab
ordinateur | computer
ouvrir ouverture | open
page | page
paiement payer règlement | payment pay
parrainage parrainer | referral refer
partager partage | share
perdre perdu perte | lose lost
pièce jointe | attachment
plainte réclamation | complaint complain
pointer souris | mouse
portabilité porter | port porting keep
postal poste | post postal
prélèvement prélever | debit direct
profil | profile
protéger protection | protect protection
rapide | fast quick
recevoir réception reçois reçoit reçu | receive receiving
recharger recharge | top-up topup refill recharge
récupérer restaurer | recover restore
redémarrer | restart reboot
réduction remise | discount
réinitialiser | reset
rembourser remboursement | refund reimburse
remplacer remplacement | replace replacement
rendez-vous | appointment
renouveler renouvellement | renew renewal
répondeur messagerie vocal | voicemail
répondre réponse | answer reply
réseau | network
résilier résiliation | cancel terminate
rester reste | remain left
retard | late delay
retourner retour renvoyer | return
sécurité sécuriser | security secure
signal | signal
solde | balance
sonner sonnerie | ring ringtone
sortir quitter | leave quit
suivre suivi | track tracking
tablette | tablet
télécharger téléchargement | download
téléphone téléphonique | phone telephone
télévision télé | television tv
texte | text
titulaire | holder owner
toucher tactile | touch
trouver | find
utiliser utilisateur utilisation | use user
vendre vente | sell sale
vérifier vérification | check verify verification
vidéo | video
vie | life
virus | virus malware
voix | voice
voler vol volé | steal stolen theft
voyage voyager | travel trip
"""


def abroad(term: str, group: str) -> Mapping[str, tuple[str, ...]]:
    """The terms for the same in other languages, by language."""
    return _entries().get((group, term), {})


@lru_cache(maxsize=1)
def _entries() -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for line in _LINES.strip().splitlines():
        sides = {
            group: list(dict.fromkeys(filter(None, (analysis.term_of(word, group) for word in side.split()))))
            for group, side in zip(("fr", "en"), line.split("|"), strict=True)
        }
        for group, other in (("fr", "en"), ("en", "fr")):
            for term in sides[group]:
                into = found.setdefault((group, term), {}).setdefault(other, [])
                into += [each for each in sides[other] if each not in into]
    return {key: {group: tuple(terms) for group, terms in sides.items()} for key, sides in found.items()}
