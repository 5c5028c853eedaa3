extension DemoCatalogue {
    /// Modality, AE title, station name, room, share on a working day, share at a weekend.
    static let stationTable: StaticString = """
        CT|CT01|CT Emergency|Room 101|9|16
        CT|CT02|CT Main|Room 102|9|6
        CT|CT03|CT Outpatient|Room 103|6|0
        MR|MR01|MR 1.5T|Room 111|7|3
        MR|MR02|MR 3T|Room 112|7|2
        MR|MR03|MR Outpatient|Room 113|4|0
        DX|DX01|X-ray 1|Room 121|8|8
        DX|DX02|X-ray 2|Room 122|8|6
        DX|DX03|X-ray ER|ER 3|6|14
        CR|CR01|Mobile ICU|ICU|4|6
        CR|CR02|Mobile wards|Wards|4|4
        US|US01|Ultrasound 1|Room 131|7|5
        US|US02|Ultrasound 2|Room 132|7|2
        US|US03|Ultrasound ER|ER 1|4|8
        MG|MG01|Mammography|Room 141|6|0
        NM|NM01|Gamma camera|Room 151|3|0
        PT|PT01|PET-CT|Room 152|3|0
        XA|XA01|Cath lab 1|Room 161|3|4
        XA|XA02|Angiography|Room 162|2|1
        RF|RF01|Fluoroscopy|Room 171|3|1
        """

    /// Modality, code, description, minutes, contrast agent, pre-medication, reason.
    static let procedureTable: StaticString = """
        CT|CTHEAD|CT Head|15|||Headache, exclude haemorrhage
        CT|CTSINUS|CT Sinus|10|||Chronic sinusitis
        CT|CTTHX|CT Thorax|15|||Pulmonary nodule, follow-up
        CT|CTTHXC|CT Thorax + contrast|20|Iohexol 350, 80 ml||Staging
        CT|CTABDC|CT Abdomen + contrast|25|Iohexol 350, 100 ml|Oral contrast 60 min before|Abdominal pain
        CT|CTKUB|CT KUB|10|||Flank pain, stone
        CT|CTANGA|CT Angio aorta|25|Iopromide 370, 90 ml||Aneurysm, follow-up
        CT|CTPE|CT Pulmonary angio|20|Iopromide 370, 70 ml||Suspected embolism
        CT|CTLUNG|CT Lung screening|10|||Screening, 30 pack-years
        CT|CTPOLY|CT Polytrauma|30|Iohexol 350, 120 ml||Road traffic accident
        CT|CTFACE|CT Facial bones|10|||Fall
        MR|MRBRN|MR Brain|30|||Seizure
        MR|MRBRNC|MR Brain + contrast|35|Gadobutrol 7 ml||Metastases, follow-up
        MR|MRLSP|MR Lumbar spine|25|||Low back pain, radiculopathy
        MR|MRCSP|MR Cervical spine|25|||Neck pain
        MR|MRKNEE|MR Knee|25|||Meniscus tear
        MR|MRSHO|MR Shoulder|25|||Rotator cuff
        MR|MRLIVC|MR Liver + contrast|40|Gadoxetate 10 ml||Focal lesion
        MR|MRPROS|MR Prostate|35|Gadobutrol 8 ml|Butylscopolamine 20 mg|Raised PSA
        MR|MRHEART|MR Heart|45|Gadobutrol 10 ml||Cardiomyopathy
        DX|DXTHX|Chest 2 views|5|||Cough, fever
        DX|DXHAND|Hand 2 views|5|||Trauma
        DX|DXKNEE|Knee 3 views|5|||Osteoarthritis
        DX|DXPEL|Pelvis|5|||Fall, hip pain
        DX|DXLSP|Lumbar spine 2 views|10|||Low back pain
        DX|DXFOOT|Foot 3 views|5|||Trauma
        CR|CRTHXB|Chest bedside|10|||Line position
        CR|CRABDB|Abdomen bedside|10|||Ileus
        US|USABD|US Abdomen|20|||Raised liver enzymes
        US|USTHY|US Thyroid|15|||Nodule
        US|USCAR|US Carotids|20|||TIA
        US|USDVT|US Leg veins|20|||Swollen leg
        US|USKID|US Kidneys|15|||Haematuria
        US|USOB|US Obstetric|25|||Second trimester
        MG|MGSCR|Mammography screening|10|||Screening
        MG|MGDIA|Mammography diagnostic|20|||Palpable lump
        NM|NMBONE|Bone scan|45|Tc-99m MDP 600 MBq||Metastases
        NM|NMTHY|Thyroid scan|30|Tc-99m 80 MBq||Hyperthyroidism
        NM|NMMYO|Myocardial perfusion|60|Tc-99m sestamibi 400 MBq|No caffeine 24 h|Chest pain
        PT|PTFDG|PET-CT FDG whole body|60|F-18 FDG 250 MBq|Fasting 6 h|Staging
        PT|PTPSMA|PET-CT PSMA|60|Ga-68 PSMA 150 MBq||Recurrence
        XA|XACOR|Coronary angiography|45|Iopromide 370, 60 ml|Midazolam 2 mg|Unstable angina
        XA|XAPTA|Leg angioplasty|60|Iodixanol 320, 80 ml|Heparin 5000 IU|Claudication
        XA|XAPICC|PICC insertion|30||Lidocaine 1 %|Antibiotic therapy
        RF|RFSWAL|Barium swallow|20|Barium sulphate 200 ml||Dysphagia
        RF|RFCYST|Cystography|20|Iohexol 240, 200 ml||Reflux
        """

    /// Character set, share, families, male and female given names; the groups of a name are parted by commas.
    ///
    /// Wide enough that few patients of a day share a name by chance.
    static let nameTable: StaticString = #"""
        |40|SMITH;JONES;O'CONNOR;BROWN;WILSON;TAYLOR;ROSSI;MARTIN;KLEIN;JANSEN;DE VRIES;HANSEN;MOREAU;COSTA;SCHMIDT;\#
        BAKER;CARTER;COLLINS;COOPER;DAVIES;EDWARDS;EVANS;FISHER;FOSTER;GRAHAM;GREEN;HARRIS;HUGHES;HUNTER;KELLY;KING;\#
        LEWIS;MARSHALL;MILLER;MORGAN;MURPHY;NELSON;PALMER;PARKER;PRICE;REID;ROBERTS;RUSSELL;SCOTT;SHAW;STEWART;\#
        THOMPSON;TURNER;WALKER;WARD;WATSON;WHITE;WOOD;YOUNG;BIANCHI;FERRARI;RICCI;BECKER;HOFFMANN;KRAUSE;VOGEL;WAGNER;\#
        VAN DIJK;BAKKER;VISSER;NIELSEN;LARSEN;BERG;LINDGREN;DUPONT;LAMBERT;SILVA;PEREIRA\#
        |John;Peter;Marco;Daniel;Tom;Paul;Erik;Lucas;Adam;Alan;Brian;Charles;David;Edward;Frank;George;Henry;Ian;James;\#
        Kevin;Liam;Mark;Neil;Oliver;Patrick;Robert;Simon;Victor;William;Stefan\#
        |Mary;Brid;Laura;Emma;Sofia;Julia;Eva;Nora;Alice;Carol;Diana;Ellen;Fiona;Grace;Helen;Irene;Jane;Karen;Linda;\#
        Megan;Nicole;Olivia;Patricia;Rachel;Sarah;Teresa;Ursula;Vera;Wendy;Elena
        ISO_IR 100|14|MÜLLER;DUBOIS;ANDERSSON;NÚÑEZ;GONÇALVES;SØRENSEN;LEFÈVRE;JÄRVINEN;GRÖNLUND;SCHRÖDER;KÖHLER;\#
        LÓPEZ;MARTÍNEZ;GÓMEZ;SÁNCHEZ;BÉRANGER;LÉVÊQUE;ÅKESSON;BJÖRK;MÄKINEN;SIMÕES;CONCEIÇÃO;NIÑO;RÜEGG\#
        |Jörg;André;Åke;Íñigo;João;Søren;François;Jürgen;Björn;René;José;Ramón;Günther;Håkan;Jérôme;Tomás\#
        |Élodie;Zoë;Märta;Inés;Conceição;Gülay;Renée;Anaïs;Bärbel;Sólveig;María;Lucía;Mónica;Käthe;Hélène;Åsa
        ISO_IR 101|6|KOWALSKI;DVOŘÁK;NAGY;ČAPEK;ŻÓŁKIEWSKI;HORVÁTH;NOVÁK;WIŚNIEWSKI;SZABÓ;KOVÁČ;BŁASZCZYK;ŠIMEK\#
        |Łukasz;Jiří;György;Ľuboš;Tomáš;Zdeněk;Grzegorz;Sándor|Małgorzata;Šárka;Erzsébet;Bożena;Jiřina;Zsófia;Kateřina;Ľudmila
        ISO_IR 148|3|YILMAZ;ÇELİK;ÖZTÜRK;ŞAHİN;DOĞAN;KILIÇ;AYDIN;KOÇ|İbrahim;Oğuz;Çağlar;Uğur;Emre|Gülşen;Ayşe;Işıl;Çiğdem;Nurgül
        ISO_IR 110|1|BĒRZIŅŠ;KALNIŅŠ;OZOLIŅŠ;LIEPIŅŠ|Jānis;Ģirts;Kārlis|Līga;Ņina;Māra
        ISO_IR 144|6|ИВАНОВ;ПЕТРОВ;КОВАЛЬ;СОКОЛОВ;МОРОЗ;ЛЕБЕДЬ;ОРЛОВ;БОНДАРЕНКО;ТКАЧЕНКО;ВОЛКОВ;ЗАЙЦЕВ;МЕЛЬНИК\#
        |Пётр;Сергей;Дмитрий;Олег;Андрей;Тарас;Юрий;Виктор|Мария;Оксана;Людмила;Ирина;Наталья;Вера;Галина;Ольга
        ISO_IR 126|4|ΠΑΠΑΔΟΠΟΥΛΟΣ;ΝΙΚΟΛΑΟΥ;ΓΕΩΡΓΙΟΥ;ΔΗΜΟΥ;ΙΩΑΝΝΟΥ;ΜΑΚΡΗΣ;ΑΓΓΕΛΟΥ;ΠΑΠΠΑΣ\#
        |Γιώργος;Δημήτρης;Κώστας;Νίκος;Σπύρος|Ελένη;Μαρία;Κατερίνα;Σοφία;Ιωάννα
        ISO_IR 127|4|محمد;حسن;القباني;الخطيب;النجار;سليمان;حداد;منصور|علي;يوسف;خالد;عمر;سمير|فاطمة;زينب;ليلى;مريم;سلمى
        ISO_IR 138|3|כהן;לוי;מזרחי;פרץ;ביטון;אברהם;פרידמן|דוד;יוסף;משה;יעקב|שרה;רחל;דבורה;מרים
        ISO_IR 166|2|ศรีสุข;ทองดี;แสงจันทร์;บุญมี;สุขใจ|สมชาย;ประเสริฐ;วิชัย|สมหญิง;มาลี;สุดา
        \ISO 2022 IR 87|6|YAMADA,山田,やまだ;SUZUKI,鈴木,すずき;TANAKA,田中,たなか;SATO,佐藤,さとう;ITO,伊藤,いとう;\#
        NAKAMURA,中村,なかむら;KOBAYASHI,小林,こばやし;KATO,加藤,かとう;YOSHIDA,吉田,よしだ;MATSUMOTO,松本,まつもと\#
        |Taro,太郎,たろう;Ichiro,一郎,いちろう;Kenji,健二,けんじ;Makoto,誠,まこと;Hiroshi,浩,ひろし\#
        |Hanako,花子,はなこ;Yuki,由紀,ゆき;Akiko,明子,あきこ;Keiko,恵子,けいこ;Naomi,直美,なおみ
        \ISO 2022 IR 149|3|KIM,金,김;PARK,朴,박;HONG,洪,홍;LEE,李,이;CHOI,崔,최;JUNG,鄭,정\#
        |Minsu,民秀,민수;Gildong,吉洞,길동;Junho,俊浩,준호|Jiwoo,智友,지우;Sujin,秀眞,수진;Minji,敏智,민지
        GB18030|3|WANG,王;LI,李;ZHANG,张;LIU,刘;CHEN,陈;YANG,杨;ZHAO,赵|Xiaodong,小东;Wei,伟;Jun,军|Xiaohong,小红;Fang,芳;Na,娜
        ISO_IR 192|3|NGUYỄN;TRẦN;LÊ;PHẠM;HOÀNG;ĐẶNG|Văn Hùng;Minh Đức;Quang Huy|Thị Lan;Thúy Hằng;Ngọc Ánh
        ISO_IR 192|1|शर्मा;वर्मा;गुप्ता;सिंह|राजेश;अमित;सुनील|प्रिया;सुनीता;अंजलि
        ISO_IR 192|1|ŁUKASIEWICZ-MÜLLER;ŽIVKOVIĆ-SØRENSEN|Jürgen Łukasz;Åke Dušan|Zoë Małgorzata;Élodie Jovanka
        """#

    static let physicianTable: StaticString = """
        HOLT^Petra^^Dr
        REED^Samuel^^Dr
        FISCHER^Anke^^Dr
        KAUR^Simran^^Dr
        BAKER^Jonathan^^Prof
        LINDQVIST^Ida^^Dr
        MENDES^Rui^^Dr
        OKAFOR^Chidi^^Dr
        WEBER^Klaus^^PD Dr
        NOVAK^Jana^^Dr
        """

    static let wardTable: StaticString = """
        Ward 1A
        Ward 2B
        Ward 3C
        Ward 5 Oncology
        ICU
        Stroke unit
        Maternity
        Outpatients
        Outpatients
        Outpatients
        """

    static let allergyTable: StaticString = """
        PENICILLIN
        IODINATED CONTRAST
        LATEX
        GADOLINIUM
        NUTS
        ASPIRIN
        """

    static let alertTable: StaticString = """
        METFORMIN
        PACEMAKER
        MRSA
        RENAL FAILURE eGFR 28
        ANTICOAGULATED
        COCHLEAR IMPLANT
        """
}
