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
    static let nameTable: StaticString = #"""
        |40|SMITH;JONES;O'CONNOR;BROWN;WILSON;TAYLOR;ROSSI;MARTIN;KLEIN;JANSEN;DE VRIES;HANSEN;MOREAU;COSTA;SCHMIDT|John;Peter;Marco;Daniel;Tom;Paul;Erik;Lucas|Mary;Brid;Laura;Emma;Sofia;Julia;Eva;Nora
        ISO_IR 100|14|MÜLLER;DUBOIS;ANDERSSON;NÚÑEZ;GONÇALVES;SØRENSEN;LEFÈVRE;JÄRVINEN|Jörg;André;Åke;Íñigo;João;Søren;François|Élodie;Zoë;Märta;Inés;Conceição;Gülay
        ISO_IR 101|6|KOWALSKI;DVOŘÁK;NAGY;ČAPEK;ŻÓŁKIEWSKI;HORVÁTH|Łukasz;Jiří;György;Ľuboš|Małgorzata;Šárka;Erzsébet;Bożena
        ISO_IR 148|3|YILMAZ;ÇELİK;ÖZTÜRK;ŞAHİN|İbrahim;Oğuz;Çağlar|Gülşen;Ayşe;Işıl
        ISO_IR 110|1|BĒRZIŅŠ;KALNIŅŠ|Jānis;Ģirts|Līga;Ņina
        ISO_IR 144|6|ИВАНОВ;ПЕТРОВ;КОВАЛЬ;СОКОЛОВ|Пётр;Сергей;Дмитрий|Мария;Оксана;Людмила
        ISO_IR 126|4|ΠΑΠΑΔΟΠΟΥΛΟΣ;ΝΙΚΟΛΑΟΥ|Γιώργος;Δημήτρης|Ελένη;Μαρία
        ISO_IR 127|4|محمد;حسن;القباني|علي;يوسف;خالد|فاطمة;زينب;ليلى
        ISO_IR 138|3|כהן;לוי;מזרחי|דוד;יוסף|שרה;רחל;דבורה
        ISO_IR 166|2|ศรีสุข;ทองดี|สมชาย;ประเสริฐ|สมหญิง;มาลี
        \ISO 2022 IR 87|6|YAMADA,山田,やまだ;SUZUKI,鈴木,すずき;TANAKA,田中,たなか;SATO,佐藤,さとう|Taro,太郎,たろう;Ichiro,一郎,いちろう;Kenji,健二,けんじ|Hanako,花子,はなこ;Yuki,由紀,ゆき;Akiko,明子,あきこ
        \ISO 2022 IR 149|3|KIM,金,김;PARK,朴,박;HONG,洪,홍|Minsu,民秀,민수;Gildong,吉洞,길동|Jiwoo,智友,지우;Sujin,秀眞,수진
        GB18030|3|WANG,王;LI,李;ZHANG,张|Xiaodong,小东;Wei,伟|Xiaohong,小红;Fang,芳
        ISO_IR 192|5|NGUYỄN;TRẦN;LÊ;शर्मा;ŁUKASIEWICZ-MÜLLER|Văn Hùng;Minh Đức;राजेश|Thị Lan;Thúy Hằng;प्रिया
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
