"""The words for names, titles and sentences. No tabs or backslashes: they go into COPY text."""

# ruff: noqa: SIM905  (a hundred words read better than a hundred quoted words)

FIRST_NAMES = """
Ada Aisha Alan Alba Amir Ana Anders Anja Arthur Astrid Ayla Beatriz Ben Bianca Bo Bruno Carla Cem Chloe
Clara Daniel Daria David Dina Edgar Elena Elif Emil Emma Erik Esra Eva Felix Finn Freya Gabriel Gina Greta
Hana Hugo Ida Imran Ines Ingrid Ivan Jan Jana Jonas Julia Kai Karim Katja Lara Lars Layla Lea Leo Lina Luca
Lucia Maja Malik Mara Marco Maria Marta Max Mia Mila Milan Mina Nadia Nico Nina Noah Nora Olga Omar Oskar
Pablo Paula Petra Priya Rafael Rana Rita Robin Rosa Ruben Samir Sara Selma Silas Simon Sofia Stella Sven
Tara Theo Tom Uma Vera Victor Wanda Yara Yusuf Zoe
""".split()

LAST_NAMES = """
Adler Almeida Andersen Aydin Bach Barros Bauer Becker Berg Bernard Blom Bonnet Brandt Braun Bruni Campos
Castro Chen Conti Costa Dahl Demir Dietrich Dubois Duarte Eriksen Esposito Falk Ferrari Fischer Fontaine
Frank Fuchs Garcia Greco Gruber Haas Hansen Hartmann Heller Holm Horvat Huber Ibsen Ivanova Jansen Jensen
Kaya Keller Khan Klein Koch Kovac Kowalski Kraus Lang Larsen Laurent Lehmann Lindqvist Lombardi Lopez Lorenz
Lund Maier Marino Martin Mendes Meyer Moreau Moser Nagy Navarro Neumann Nielsen Novak Olsen Ortega Patel
Pereira Petit Popescu Ramos Reyes Ricci Richter Rossi Roth Rousseau Santos Sato Schmidt Schulz Silva Simon
Singh Sommer Svoboda Torres Vidal Vogel Wagner Weber Weiss Winkler Wolf Yilmaz Zimmermann
""".split()

TIME_ZONES = """
Europe/Berlin Europe/Berlin Europe/Berlin Europe/Lisbon Europe/London Europe/Paris Europe/Madrid
Europe/Warsaw Europe/Istanbul America/New_York America/Sao_Paulo Asia/Kolkata Asia/Tokyo UTC
""".split()

COMPANY_FIRST = """
Alpine Amber Arbor Atlas Aurora Beacon Birch Bluefin Bright Canal Cedar Cobalt Coral Crest Delta Ember
Everline Falcon Fjord Garnet Granite Harbor Hazel Heron Horizon Indigo Juniper Keystone Lantern Larch Linden
Lumen Maple Meridian Northgate Oakfield Onyx Orchard Pebble Pine Polar Quarry Quill River Rowan Sable
Saffron Sierra Silver Slate Solstice Sparrow Summit Tidewater Timber Umbra Valley Verdant Willow Zephyr
""".split()

COMPANY_LAST = """
Analytics Apparel Bank Biotech Books Brewing Clinics Coffee Consulting Dental Energy Engineering Farms
Finance Foods Furniture Games Gardens Health Hotels Insurance Kitchens Labs Logistics Media Mobility Museums
Optics Outdoors Pharma Press Properties Railways Robotics Schools Software Solar Sports Studios Supply
Textiles Theatres Tools Toys Travel Utilities Water Wines
""".split()

LEGAL_FORMS = ("GmbH", "AG", "Ltd", "SA", "BV", "Group", "& Sons", "Cooperative")

INDUSTRIES = """
retail finance healthcare education energy travel hospitality logistics manufacturing media publishing
software
""".split()

PROJECT_KINDS = (
    "website relaunch",
    "online shop",
    "brand refresh",
    "customer portal",
    "booking platform",
    "mobile app",
    "intranet",
    "newsletter campaign",
    "product configurator",
    "design system",
    "data warehouse",
    "trade fair presence",
    "recruiting site",
    "loyalty programme",
    "annual report",
    "search engine campaign",
    "content migration",
    "accessibility audit",
    "payment integration",
    "support centre",
    "partner dashboard",
    "photo archive",
    "event registration",
    "performance audit",
)

PROJECT_PHASES = ("", "", "", ", phase 2", ", phase 3", ", pilot", ", maintenance", ", second edition")

PROJECT_AIMS = (
    "replaces a site that its editors no longer dare to touch",
    "brings orders, returns and invoices together in one place",
    "must be live before the spring season begins",
    "starts with a pilot in two branches and then reaches the whole company",
    "halves the time that a customer needs from the first click to the confirmation",
    "gives the sales team figures that are at most an hour old",
    "moves eleven years of content without losing a single address",
    "follows the new brand guidelines in five languages",
    "has to pass the accessibility check of an outside auditor",
    "keeps the old system running until the last branch has switched",
)

MILESTONE_NAMES = (
    ("Kick-off", "Goals agreed", "Briefing complete"),
    ("Concept approved", "Design approved", "Prototype tested"),
    ("First version", "Beta", "Pilot"),
    ("Content complete", "Acceptance test passed", "Training held"),
    ("Launch", "Handover", "Final report"),
)

MILESTONE_AIMS = (
    "Everyone knows what is to be done, by whom, and until when.",
    "The client has seen it and agreed in writing.",
    "Somebody outside the team uses it.",
    "Nothing is missing that was promised.",
    "It is in the client's hands.",
)

TASK_VERBS = """
Add Adjust Analyse Approve Archive Assemble Check Clean Collect Compare Connect Convert Deliver Describe
Design Document Draft Estimate Export Fix Import Improve Interview Launch Measure Merge Migrate Move
Optimise Order Outline Plan Polish Prepare Present Print Publish Record Redesign Remove Rename Repair
Replace Review Rewrite Schedule Shorten Simplify Sketch Sort Test Translate Update Verify Write
""".split()

TASK_THINGS = """
address-form animation archive-page article-template banner booking-calendar brochure button-states
campaign-budget cart-summary case-study chart-colours checkout-flow colour-palette contact-form
cookie-notice customer-list delivery-notice design-tokens discount-rules download-area email-footer
error-messages event-page export-script favicon feedback-survey filter-panel font-licences footer-links
gallery glossary header-image home-page icon-set image-sizes import-job invoice-layout job-advert
keyword-list landing-page legal-notice login-page logo-variants map-view menu-structure meta-descriptions
mobile-menu newsletter order-confirmation page-titles password-reset payment-methods photo-selection poster
press-kit price-table print-files product-detail-page product-feed progress-report redirect-list
registration-form release-notes report-template return-form sales-figures search-results shipping-costs
sitemap slide-deck social-posts stock-display storyboard style-guide supplier-data tag-manager team-photos
terms-page test-plan timetable tracking-concept training-material translation-files user-manual user-stories
video-subtitles voucher-codes welcome-email wireframes workshop-notes
""".split()

TASK_PLACES = (
    "for the launch",
    "for mobile devices",
    "for the spring campaign",
    "for the sales team",
    "for the editors",
    "in all languages",
    "in the test system",
    "in the staging area",
    "with the client",
    "with the new data",
    "after the workshop",
    "after the audit",
    "before the next release",
    "before the presentation",
    "according to the feedback",
    "as agreed on Tuesday",
    "from the old system",
    "on the start page",
    "on the tablet",
    "once more",
    "step by step",
    "together with support",
    "without the old plugin",
    "",
)

TASK_NOTES = (
    "The client sent the final copy yesterday; the figures in the second table still have to be confirmed.",
    "Please keep the old addresses alive, they are printed on packaging.",
    "The last attempt failed in Safari because the font was loaded twice.",
    "Start from the approved draft and not from the file in the shared folder.",
    "Works on the desktop; on small screens the last column is cut off.",
    "Legal wants to see this before it goes out.",
    "We promised a first version by the end of the week.",
    "The numbers come from accounting and change once a month.",
    "Compare with what the competitor does, but do not copy the wording.",
    "Use the pictures from the second shooting, the first ones have the old logo.",
    "If it takes longer than a day, tell the project manager first.",
    "Everything below the fold can wait for the next release.",
    "The export must open in a spreadsheet without any further steps.",
    "There is a recording of the workshop; the decision is in the last ten minutes.",
    "Three of the twelve countries have their own price list.",
    "The test account expires on the first of every month.",
    "The slow part is the query behind the filter, not the page itself.",
    "Ask support for the five questions that customers ask most often.",
    "It is enough to write down the steps, nobody needs a polished document.",
    "Half of the images have no alternative text yet.",
)

MESSAGE_OPENERS = (
    "Good morning,",
    "Hi all,",
    "Quick update:",
    "Thanks for this!",
    "One question:",
    "Heads up:",
    "Done.",
    "Sorry,",
    "From the call just now:",
    "As discussed,",
    "Good news:",
    "Small change of plan:",
    "For the record:",
    "Hello,",
    "Almost there:",
    "Reminder:",
)

MESSAGE_MIDDLES = (
    "the new version is in the staging area and waits for your comments",
    "the client moved the meeting to Thursday at ten",
    "I have attached the figures for the last quarter to the task",
    "we still need access to the mail server before we can test the confirmation",
    "the photographer can only come in the second week of the month",
    "two of the three variants are ready, the third needs a decision on the colours",
    "the import ran through the night without a single error",
    "somebody changed the price table while I was editing it",
    "the translation into Portuguese will be one day late",
    "the shop was slow this morning because the nightly job had not finished",
    "I would rather simplify the form than explain it in a help text",
    "the auditor found four small issues and nothing serious",
    "could somebody look at the menu on an older phone",
    "accounting asks for the hours of last week until noon",
    "the invoice for the second milestone has been approved",
    "we agreed to leave the search as it is and to measure it first",
    "the redirects from the old catalogue are complete now",
    "please do not publish anything on Friday afternoon",
    "the supplier delivers the data as one large file and not as an interface",
    "the login works again, it was an expired certificate",
)

MESSAGE_CLOSERS = (
    "Can you take a look today?",
    "No hurry.",
    "I will be back on Monday.",
    "Thanks a lot!",
    "What do you think?",
    "Details are in the task.",
    "Let us talk about it tomorrow.",
    "I have moved the due date accordingly.",
    "That should be all.",
    "Please tell me if anything is missing.",
    "The rest follows this afternoon.",
    "I would call that a success.",
    "Anything else for the agenda?",
    "",
    "",
    "",
)

THREAD_KINDS = ("question", "idea", "decision", "status", "feedback", "planning")

TIME_NOTES = (
    "Workshop with the client",
    "Concept",
    "Implementation",
    "Corrections after review",
    "Testing on devices",
    "Call with the supplier",
    "Layout",
    "Copy and translation",
    "Data import",
    "Research",
    "Documentation",
    "Preparation of the presentation",
    "Deployment",
    "Bug fixing",
    "Project meeting",
    "Coordination",
    "",
    "",
)

NOTIFICATION_TEXTS = {
    "task_assigned": ("A task was assigned to you", "You took over a task", "A task was moved to you"),
    "task_due": (
        "A task of yours is due tomorrow",
        "A task of yours is overdue",
        "Two of your tasks are due this week",
    ),
    "task_done": ("A task that you wait for is done", "A task was completed ahead of time"),
    "message": (
        "There is a new message in the project",
        "You were mentioned in a message",
        "Your message got an answer",
    ),
    "invoice": ("An invoice was sent", "An invoice was paid", "An invoice is overdue"),
    "member_added": ("You were added to the project", "A colleague joined the project"),
}
