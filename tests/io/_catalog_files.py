"""A small file of each layout of catalogs, written from its document, with what must be read of it."""

import json

# JMA, https://www.data.jma.go.jp/eqev/data/bulletin/data/format/hypfmt_e.html: four published records.
JMA = (
    "J2011031114461812 026 380621 056 1425166 087 237429590W84D5117662 64FAR E OFF MIYAGI PREF    39K\n"
    "J2023010100080150 012 354059 100 1403927 136 50     03v   721   3110NEAR CHOSHI CITY          9A\n"
    "J2023010100172118 007 385794 024 1405323 028  66808800v   711   2 49SOUTHERN IWATE PREF      15A\n"
    "U2023011002473504    - 70352     1300054    105     71B       219   TANIMBAR IS., INDONESIA     \n"
)

# Global CMT, allorder.ndk_explained: two published events.
NDK = (
    "PDEW 2006/04/09 20:50:46.0 -20.45  -70.24  34.6 5.5 5.8 NEAR COAST OF NORTHERN C\n"
    "C200604092050A   B: 88  166  40 S: 96  189  50 M: 41   52 125 CMT: 1 TRIHD:  1.8\n"
    "CENTROID:      5.3 0.1 -20.46 0.01  -70.73 0.01  39.0  0.4 FREE S-20060726112355\n"
    "24  4.180 0.069 -1.700 0.046 -2.480 0.060 -1.050 0.052 -2.410 0.075 -2.280 0.038\n"
    "V10   4.975 73 100   0.120  8 216  -5.095 15 308   5.035  49 30  106 211 61   81\n"
    "PDEW 2013/03/01 12:53:60.0  50.90  157.45  33.0 5.7 6.4 KURIL ISLANDS           \n"
    "C201303011253A   B:143  373  40 S:144  355  50 M:129  216 125 CMT: 1 BOXHD:  3.7\n"
    "CENTROID:      7.5 0.1  50.70 0.00  157.75 0.01  44.4  0.2 FIX  Q-20130603112852\n"
    "25  4.020 0.025 -0.940 0.020 -3.080 0.020  0.946 0.023  1.640 0.023 -1.860 0.016\n"
    "V10   4.437 78 300   0.136  0  30  -4.573 12 120   4.505 210 33   90  30 57   90\n"
)

FDSN = (
    "#EventID|Time|Latitude|Longitude|Depth/Km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|"
    "MagAuthor|EventLocationName|EventType\n"
    "40271581|2024-08-30T19:23:15.94|40.831333|14.147833|2.4|INGV-OV||||Md|3.7|--|Campi Flegrei|earthquake\n"
    "40273591|2024-08-31T05:46:56.910000|38.3687|15.3812|114.8|INGV||||ML|2.2|--|Messina|Earthquake\n"
    "40276000|2024-08-31T09:00:00|41.0|15.0|0.0|INGV||||ML|1.9|--|Foggia|quarry blast\n"
    "40276001|2024-08-31T10:00:00|42.0|13.0||INGV||||||--|L'Aquila|\n"
)

ZMAP = (
    "79.689000\t41.818000\t2012.258465590847\t4\t4\t4.400000\t1.000000\t14\t21\t42\n"
    "13.391860\t42.332960\t2009\t03\t31\t3.5\t9.860\t21\t57\t17.84\n"
    "-179.5\t-20.25\t2010\t1\t1\tNaN\t600\t0\t0\t60\n"
)

ISC_CSV = """International Seismological Centre
Search summary: Events found: 4
DATA_TYPE EVENT_CATALOGUE
ISC Bulletin
--EVENT--|--------------------ORIGIN (PRIME HYPOCENTRE)-------------------|------MAGNITUDES-----
  EVENTID,TYPE,AUTHOR   ,DATE      ,TIME       ,LAT     ,LON      ,DEPTH,DEPFIX,AUTHOR   ,TYPE  ,MAG
 14342462,se  ,ISC      ,2010-02-28,00:00:47.42,-36.6246, -73.3679,27,TRUE,IDC,ML,4.4,ISC,mb,5.0,GCMT,MW,5.2
 14342463,ke  ,ISC      ,2010-02-28,00:10:00.00,-36.0000, -73.0000, 33.0,      ,ISC      ,mb    ,4.8
 14342464,km  ,ISC      ,2010-02-28,01:00:00.00, 50.0000,  18.5000,  0.0,TRUE  ,IPEC     ,ML    ,2.1
 14342465,uk  ,ISC      ,2010-02-28,02:00:00.00,-36.5000, -73.5000,     ,      ,GUC      ,ML    ,3.9
 14342466,uk  ,ISC      ,2010-02-28,03:00:00.00,        ,         ,     ,      ,GUC      ,ML    ,3.8

STOP
"""


def isf_origin(
    date, lat, lon, depth, *, fixed=" ", rms=1.057, stations=845, gap=36, kind="se", author="ISC",
    origin="00198763",
):  # fmt: skip
    """One line of an origin, columns as in table 10.1.2 of the IMS 1.0 standard."""
    line = [" "] * 136

    def put(first, text):
        line[first - 1 : first - 1 + len(text)] = text

    put(1, date)
    put(31, f"{rms:5.2f}")
    put(37, f"{lat:8.4f}")
    put(46, f"{lon:9.4f}")
    put(72, f"{depth:5.1f}{fixed}")
    put(89, f"{stations:4d}")
    put(94, f"{gap:3d}")
    put(112, f"m i {kind}")
    put(119, f"{author:9s}")
    put(129, f"{origin:8s}")
    return "".join(line).rstrip() + "\n"


ISF_ORIGINS = (
    "   Date       Time        Err   RMS Latitude Longitude  Smaj  Smin  Az Depth   Err Ndef Nsta Gap  mdist"
    "  Mdist Qual   Author      OrigID\n"
)


def isf(*, stop=True):
    return (
        "DATA_TYPE BULLETIN IMS1.0:short\nISC Bulletin\nEvent 14342462 Near coast of central Chile\n\n"
        + ISF_ORIGINS
        + isf_origin(
            "2010/02/28 00:00:47.30", -35.84, -73.61, 35.0, kind="uk", author="BJI", origin="14395373"
        )
        + isf_origin("2010/02/28 00:00:47.42", -36.6246, -73.3679, 27.0, fixed="f")
        + " (#PRIME)\n"
        + isf_origin(
            "2010/02/28 00:00:43.12", -36.6671, -73.4847, 0.0, kind="uk", author="IDC", origin="16660453"
        )
        + "\nMagnitude  Err Nsta Author      OrigID\n"
        "ML     4.4 0.2    4 IDC       16660453\n"
        "MS     4.8 0.2   20 ISC       00198763\n"
        "mb     5.0 0.1  100 ISC       00198763\n"
        "MW   > 6.5          XYZ       16660453\n"
        "\nSta     Dist  EvAz Phase        Time      TRes  Azim AzRes   Slow   SRes Def   SNR\n"
        "CONC    0.45 121.8 Pg       00:00:55.8     1.0                           T__\n"
        "\nEVENT 2032257  Ostrava\n\n"
        + ISF_ORIGINS
        + isf_origin(
            "2024/09/01 12:33:19.91", 49.8219, 18.5593, 1.0, fixed="f", kind="km", author="IPEC", origin="1"
        )
        + "Magnitude  Err Nsta Author      OrigID\nML     1.2 0.1    5 IPEC             1\n"
        + ("\nSTOP\n" if stop else "")
    )


SKQUAKE = (
    "id,time,latitude,longitude,depth_km,magnitude,magnitude_type,type,mainshock\n"
    "q1,2010-02-27 06:34:11.530000000,-36.122,-72.898,22.9,8.8,mww,earthquake,q1\n"
    "q2,2010-02-27 08:01:23.100000000,-37.773,-75.048,35.0,7.4,mww,earthquake,q1\n"
)
ISC_GEM = (
    "# ISC-GEM Global Instrumental Earthquake Catalogue\n# Version 12.0\n#\n"
    "#         date          ,    lat   ,    lon   , smajax , sminax , strike, q ,  depth ,   unc , q ,"
    "  mw  ,  unc , q , s ,   mo  , fac,  mo_auth ,   type ,    eventid\n"
    " 1904-04-04 10:02:34.56 ,   41.802 ,   23.108 ,    8.6 ,    6.6 , 164.2 , B ,   15.0 ,   4.8 , C ,"
    " 6.84 , 0.40 , C , d ,  2.30 , 19 , bibliog  ,        ,  610326271\n"
    " 1905-02-14 08:46:34.49 ,   51.890 , -176.702 ,   30.3 ,   19.5 , 157.5 , C ,   35.0 ,  24.6 , C ,"
    " 7.59 , 0.26 , C , p ,       ,    ,          ,        ,   16957835\n"
)

EMSC_CSV = (
    "Date;Time UTC;Latitude;Longitude;Depth;Depth Type;Magnitude Type;Magnitude;Region Name;Last Update;"
    "Eqid;\n"
    "2014-01-11;05:21:13;38.36;20.47;2; ;ML;3.1;GREECE;2014-01-11 05:27;352307;\n"
    "2014-01-11;04:10:60;-7.20;129.90;10;f;mb;4.6;BANDA SEA;;352300;\n"
)


def emsc_feature(id="20230206_0000008", kind="ke", mag=7.8, depth=20.0, lat=37.17, lon=37.03):
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat, -depth]},
        "id": id,
        "properties": {
            "source_id": "1218444", "source_catalog": "EMSC-RTS", "lastupdate": "2023-02-07T08:15:01.1Z",
            "time": "2023-02-06T01:17:36.1Z", "flynn_region": "CENTRAL TURKEY", "lat": lat, "lon": lon,
            "depth": depth, "evtype": kind, "auth": "EMSC", "mag": mag, "magtype": "mw", "unid": id,
        },
    }  # fmt: skip


def emsc_json(*features):
    features = features or (emsc_feature(), emsc_feature(id="20230206_0000009", kind="sm", mag=2.0))
    return json.dumps(
        {"type": "FeatureCollection", "metadata": {"count": len(features)}, "features": features}
    )


CENC = (
    "日期,时间,纬度(°),经度(°),深度(km),震级类型,震级值,事件类型,参考地名\n"
    "2008-05-12,14:27:59.5,31.01,103.42,14,Ms,8.0,eq,四川汶川\n"
    "2010-04-14,07:49:38,33.2,96.6,,Ms,7.1,天然地震,青海玉树\n"
    "2011-01-01,12:00:00,30.0,104.0,0,ML,2.1,ep,四川\n"
    "2011-01-02,12:00:00,30.0,104.0,0,ML,2.2,se,四川\n"
)

COMCAT = (
    "id,time,location,latitude,longitude,depth,magnitude,alert,url,eventtype,significance\n"
    'usp000a9j9,2001-01-13 17:33:32.380000,"21 km S of Place, El Salvador",13.049,-88.66,60.0,7.7,red,'
    "https://earthquake.usgs.gov/earthquakes/eventpage/usp000a9j9,earthquake,912\n"
    "us2,2006-10-09 01:35:28.020000,Punggye,41.294,129.094,0.0,4.3,,u,nuclear explosion,285\n"
)

NCEDC_CSV = (
    "DateTime,Latitude,Longitude,Depth,Magnitude,MagType,NbStations,Gap,Distance,RMS,Source,EventID\n"
    "1967/08/01 10:33:50.47,36.08000,-121.07083,80.339,2.50,Mx,10,292,42,0.25,NCSN,1000872\n"
    "1963/05/23 10:15:08.90,36.6000,30.0000,226.00,5.60,Mb,8,,,0.00,NEI,196305234013\n"
)

NCEDC_TEXT = (
    "Date       Time             Lat       Lon  Depth   Mag Magt  Nst Gap  Clo  RMS  SRC   Event ID\n"
    "----------------------------------------------------------------------------------------------\n"
    "2002/02/10 01:51:05.96  36.7667 -121.4727   6.76  3.10   ML   63  34    6 0.10 NCSN   21212190\n"
    "2002/01/01 10:39:06.82 -55.2140 -129.0000  10.00  6.00   Mw   78          1.07  NEI 200201012017\n"
)

JMA_CSV = (
    "timestamp;longitude;latitude;depth;magnitude\n"
    "1919-11-10T22:31:03.590000+0900;125.8605;28.5437;32.07;6.374\n"
    "1921-03-29T00:37:52.990000+0900;127.3885;32.5816;6.64;3.866\n"
)

HORUS = (
    "Year\tMo\tDa\tHo\tMi\tSe\tLat\tLon\tDepth\tMw\tsigMw\tGeo-Ita\tGeo-CPTI15\t\n"
    "     2017.0000\t 4.0\t 22.0\t 4.0\t 42.0\t 58.06\t 42.9043\t 13.0005\t 11.1\t 1.03\t 0.2\t*\t*\t\n"
    "     2019.0000\t 4.0\t 22.0\t 4.0\t 42.0\t 59.00\t 42.9\t 13.0\t \t 1.50\t 0.2\t*\t*\t\n"
)

# Columns that the reader has no use for are left away.
EUROMED = (
    "ev_id,date,time_orig,time_orig_decimals,lat_orig,long_orig,depth,Mb,Ms,region,exp,scalar_moment,rake2,Mw,"
    "status_flag,quality_flag\n"
    "C201901150125A,2019-01-15,01:25: 5,0,38.93,20.55,10,4.5,0,GREECE         ,22,7.38,31,4.52,D,A\n"
    "S201008080915A,2010-08-08,09:15:00,9,40.52,23.52,10,4.5,0,CRETE, GR,22,4.38,-99,4.4,D,A\n"
)

# Layout -> (text, ids or times in the file's order that are read with types=None and all magnitudes).
FILES = {
    "jma": (JMA, 4),
    "gcmt-ndk": (NDK, 2),
    "fdsn-text": (FDSN, 4),
    "zmap": (ZMAP, 3),
    "isc-csv": (ISC_CSV, 4),
    "isf": (isf(), 2),
    "isc-gem": (ISC_GEM, 2),
    "skquake": (SKQUAKE, 2),
    "emsc-csv": (EMSC_CSV, 2),
    "emsc-json": (emsc_json(), 2),
    "cenc": (CENC, 4),
    "comcat": (COMCAT, 2),
    "anss-csv": (NCEDC_CSV, 2),
    "anss-text": (NCEDC_TEXT, 2),
    "jma-csv": (JMA_CSV, 2),
    "horus": (HORUS, 2),
    "euromed-mt": (EUROMED, 2),
}


def write(tmp_path, text, name="catalog.txt"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
